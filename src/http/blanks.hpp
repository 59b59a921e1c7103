#pragma once

#include <string_view>

namespace chatd::http {

/// Without optional white space at both ends (RFC 9110 section 5.6.3).
[[nodiscard]] inline std::string_view trim_blanks(std::string_view s) noexcept
{
    const auto first = s.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

} // namespace chatd::http
