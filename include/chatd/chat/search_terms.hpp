#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chatd::chat {

/// One term of a query: a word, a "phrase" of several, or the beginning of a word (`prefix*`).
struct search_term {
    std::vector<std::string> words; ///< folded (text::fold), at least one
    bool prefix = false;            ///< the last word may go on
    bool excluded = false;          ///< `-term`
};

/// What a query asks for: every term that is not excluded, and none that is.
struct search_terms {
    std::vector<search_term> terms;
    [[nodiscard]] bool only_exclusions() const noexcept;
};

/// Reads words, "phrases", prefix* and -exclusion. Punctuation separates words and means nothing else; a
/// query without a word has no terms.
[[nodiscard]] search_terms parse_search(std::string_view query);

/// A word of a text, where it stands there, and how it compares.
struct text_word {
    std::size_t begin = 0, end = 0; ///< bytes in the original
    std::string folded;
};

/// The words of a text as search sees them: letters, digits and marks stand together, everything else
/// separates.
[[nodiscard]] std::vector<text_word> split_words(std::string_view text);

} // namespace chatd::chat
