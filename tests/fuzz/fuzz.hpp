#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// `FUZZ_TARGET(text) { … }`: the body runs for every input.
#define FUZZ_TARGET(name)                                                                                    \
    static void run_one(std::string_view name);                                                              \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)                        \
    {                                                                                                        \
        run_one({reinterpret_cast<const char*>(data), size});                                                \
        return 0;                                                                                            \
    }                                                                                                        \
    static void run_one(std::string_view name)

/// What must hold for every input, also in release builds.
#define FUZZ_CHECK(condition)                                                                                \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            std::abort();                                                                                    \
    } while (false)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
