#include <chatd/base/text.hpp>
#include <chatd/base/unicode.hpp>
#include <chatd/chat/search_terms.hpp>

#include <algorithm>
#include <utility>

namespace chatd::chat {

namespace {

bool is_space(char c) noexcept
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::vector<std::string> folded_words(std::string_view text)
{
    std::vector<std::string> words;
    for (auto& w : split_words(text))
        words.push_back(std::move(w.folded));
    return words;
}

/// Cuts the next piece off `rest`: a quoted phrase or everything up to white space.
std::string_view next_piece(std::string_view& rest, bool& quoted)
{
    quoted = rest.front() == '"';
    if (quoted)
        rest.remove_prefix(1);
    const auto end =
        quoted ? rest.find('"')
               : static_cast<std::size_t>(
                     std::find_if(rest.begin(), rest.end(), [](char c) { return is_space(c) || c == '"'; }) -
                     rest.begin());
    const auto piece = rest.substr(0, end);
    rest.remove_prefix(piece.size());
    if (quoted && !rest.empty())
        rest.remove_prefix(1);
    return piece;
}

} // namespace

bool search_terms::only_exclusions() const noexcept
{
    return std::all_of(terms.begin(), terms.end(), [](const search_term& t) { return t.excluded; });
}

search_terms parse_search(std::string_view query)
{
    search_terms found;
    while (!query.empty()) {
        if (is_space(query.front())) {
            query.remove_prefix(1);
            continue;
        }
        search_term term;
        if (query.front() == '-' && query.size() > 1 && !is_space(query[1])) {
            term.excluded = true;
            query.remove_prefix(1);
        }
        bool quoted = false;
        const auto piece = next_piece(query, quoted);
        if (!query.empty() && quoted && query.front() == '*') {
            term.prefix = true;
            query.remove_prefix(1);
        }
        term.prefix = term.prefix || (!quoted && piece.ends_with('*'));
        term.words = folded_words(piece);
        if (!term.words.empty())
            found.terms.push_back(std::move(term));
    }
    return found;
}

std::vector<text_word> split_words(std::string_view text)
{
    std::vector<text_word> words;
    std::size_t begin = 0;
    bool inside = false;
    const auto close = [&](std::size_t end) {
        if (auto folded = text::fold(text.substr(begin, end - begin)); !folded.empty())
            words.push_back({begin, end, std::move(folded)});
        inside = false;
    };
    for (std::size_t at = 0; at < text.size();) {
        const auto [c, length] = unicode::decode(text, at);
        const bool word = unicode::is_word(c);
        if (word && !inside)
            begin = at;
        else if (!word && inside)
            close(at);
        inside = word;
        at += length;
    }
    if (inside)
        close(text.size());
    return words;
}

} // namespace chatd::chat
