#include <chatd/base/text.hpp>
#include <chatd/chat/search_service.hpp>

#include <algorithm>
#include <utility>

namespace chatd::chat {

namespace {

constexpr std::size_t max_query = 200; // code points
constexpr std::size_t min_suggestion = 2;

bool word_matches(const std::string& word, const std::string& wanted, bool prefix)
{
    return prefix ? word.starts_with(wanted) : word == wanted;
}

/// Does the term match the words from `at` on?
bool matches_at(const std::vector<text_word>& words, std::size_t at, const search_term& term)
{
    if (at + term.words.size() > words.size())
        return false;
    for (std::size_t i = 0; i < term.words.size(); ++i) {
        const bool last = i + 1 == term.words.size();
        if (!word_matches(words[at + i].folded, term.words[i], last && term.prefix))
            return false;
    }
    return true;
}

std::vector<bool> matched_words(const std::vector<text_word>& words, const search_terms& terms)
{
    std::vector<bool> marked(words.size(), false);
    for (const auto& term : terms.terms) {
        if (term.excluded)
            continue;
        for (std::size_t at = 0; at < words.size(); ++at)
            if (matches_at(words, at, term))
                std::fill_n(marked.begin() + static_cast<std::ptrdiff_t>(at), term.words.size(), true);
    }
    return marked;
}

} // namespace

std::string highlight(std::string_view text, const search_terms& terms)
{
    const auto words = split_words(text);
    const auto marked = matched_words(words, terms);
    std::string html;
    html.reserve(text.size() + 32);
    std::size_t done = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!marked[i])
            continue;
        html += text::escape_html(text.substr(done, words[i].begin - done));
        html += "<mark>";
        html += text::escape_html(text.substr(words[i].begin, words[i].end - words[i].begin));
        html += "</mark>";
        done = words[i].end;
    }
    html += text::escape_html(text.substr(done));
    return html;
}

search_service::search_service(search_store& store, conversation_service& conversations)
    : store_(store), conversations_(conversations)
{
}

async::task<result<page<search_hit>>> search_service::find(principal who, search_query q)
{
    if (text::count_code_points(q.text) > max_query)
        co_return invalid_field("query", "query must not be longer than 200 characters");
    const auto terms = parse_search(q.text);
    if (terms.terms.empty())
        co_return invalid_field("query", "query must contain a word to search for");
    if (terms.only_exclusions())
        co_return invalid_field("query", "query must not consist of exclusions only");
    if (q.conversation_id) {
        auto members = co_await conversations_.require_member(*q.conversation_id, who.user_id);
        if (!members)
            co_return std::move(members).error();
    }
    co_return co_await store_.find(std::move(who.user_id), std::move(q));
}

async::task<result<std::vector<std::string>>> search_service::suggest(principal who, std::string prefix,
                                                                      std::int64_t limit)
{
    const auto wanted = text::trim(prefix);
    if (const auto length = text::count_code_points(wanted); length < min_suggestion || length > max_query)
        co_return invalid_field("query", "query must have 2 to 200 characters");
    co_return co_await store_.suggest(std::move(who.user_id), std::string(wanted), limit);
}

async::task<result<search_store::stats>> search_service::stats(principal who)
{
    return store_.count(std::move(who.user_id));
}

} // namespace chatd::chat
