#pragma once

#include <cstddef>
#include <string_view>

namespace chatd::unicode {

/// One code point of a text and where the next one begins.
struct decoded {
    char32_t code_point = 0;
    std::size_t length = 0; ///< bytes; a byte that is not UTF-8 counts as one, as U+FFFD
};

/// Requires: `at` < utf8.size().
[[nodiscard]] decoded decode(std::string_view utf8, std::size_t at) noexcept;

/// Letters, numbers and marks (general categories L, N, M) and private use: what words are made of, as
/// SQLite's unicode61 tokenizer sees it.
[[nodiscard]] bool is_word(char32_t c) noexcept;

} // namespace chatd::unicode
