#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace chatd::text {

/// True when the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, ≤ U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

/// Number of Unicode code points. Requires: valid UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view utf8) noexcept;

/// Without leading and trailing white space, as JavaScript's String.prototype.trim (ECMA-262 22.1.3.32).
[[nodiscard]] std::string_view trim(std::string_view utf8) noexcept;

/// For search: case folded, marks stripped, compatibility forms unified, and dotless ı as i, so that ISPARTA,
/// ısparta and Isparta, or sıkıştı and sikisti, become equal (contract section 6). Invalid UTF-8 comes back
/// empty.
[[nodiscard]] std::string fold(std::string_view utf8);

/// ASCII lower case; other bytes untouched.
[[nodiscard]] std::string to_lower_ascii(std::string_view s);
[[nodiscard]] bool iequals_ascii(std::string_view a, std::string_view b) noexcept;

/// Escapes & < > " ' for HTML.
[[nodiscard]] std::string escape_html(std::string_view s);

/// `%41` → `A`. Empty when an escape is broken. `plus_is_space` for query strings.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view s, bool plus_is_space);

} // namespace chatd::text
