#pragma once

#include <sodium.h>

#include <stdexcept>
#include <string_view>

namespace chatd::security {

/// Chooses libsodium's fastest implementations, once.
inline void ready_sodium()
{
    static const bool ready = sodium_init() >= 0;
    if (!ready)
        throw std::runtime_error("libsodium does not start");
}

[[nodiscard]] inline const unsigned char* bytes_of(std::string_view s) noexcept
{
    return reinterpret_cast<const unsigned char*>(s.data());
}

} // namespace chatd::security
