#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// Eight bytes at a time in one register ("Bit Twiddling Hacks": a byte equal to zero, a byte less than n).
namespace chatd::swar {

inline constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
inline constexpr std::uint64_t highs = 0x8080'8080'8080'8080;

/// True when one of eight bytes is a quote, a backslash or a control character.
[[nodiscard]] inline bool ends_json_run(std::uint64_t group) noexcept
{
    const std::uint64_t quote = group ^ ones * '"';
    const std::uint64_t backslash = group ^ ones * '\\';
    const std::uint64_t control = (group - ones * 0x20) & ~group;
    return ((control | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & highs) != 0;
}

[[nodiscard]] inline bool ends_json_run(char c) noexcept
{
    return c == '"' || c == '\\' || static_cast<std::uint8_t>(c) < 0x20;
}

/// Length of the run at `at` that may stand in a JSON string as it is.
[[nodiscard]] inline std::size_t json_run(const char* at, const char* end) noexcept
{
    const char* p = at;
    std::uint64_t group = 0;
    while (end - p >= 8) {
        std::memcpy(&group, p, 8);
        if (ends_json_run(group))
            break;
        p += 8;
    }
    while (p != end && !ends_json_run(*p))
        ++p;
    return static_cast<std::size_t>(p - at);
}

} // namespace chatd::swar
