#include "search_store.hpp"

#include "lookup.hpp"

#include <chatd/base/text.hpp>
#include <chatd/chat/search_terms.hpp>

#include <algorithm>
#include <map>

namespace chatd::storage {
namespace {

using sql::access;
using sql::connection;
using sql::row;
using sql::statement;

constexpr std::size_t words_looked_at = 400; ///< newest own messages with the prefix

constexpr statement select_user_key{"search_user", R"sql(
    SELECT key FROM users WHERE id = $1)sql"};

constexpr statement select_hit{"search_hit", R"sql(
    SELECT m.id, c.id, u.id, u.username, m.content, m.type, m.created_at
      FROM messages m
      JOIN conversations c ON c.key = m.conversation_key
      JOIN users u ON u.key = m.sender_key
     WHERE m.key = $1)sql"};

constexpr statement select_content{"search_content", R"sql(
    SELECT content FROM messages WHERE key = $1)sql"};

constexpr statement select_partners{"search_partners", R"sql(
    SELECT DISTINCT u.username
      FROM participants mine
      JOIN participants theirs ON theirs.conversation_key = mine.conversation_key
                              AND theirs.user_key <> mine.user_key
      JOIN users u ON u.key = theirs.user_key
     WHERE mine.user_key = $1 AND u.username_key >= $2 AND u.username_key < $3
     ORDER BY u.username LIMIT $4)sql"};

constexpr statement count_messages{"search_count", R"sql(
    SELECT coalesce(sum(c.last_seq), 0), count(*)
      FROM participants p JOIN conversations c ON c.key = p.conversation_key
     WHERE p.user_key = $1)sql"};

result<std::optional<std::int64_t>> find_key(connection& db, std::string_view user_id)
{
    return db.first(select_user_key, {user_id}, [](const row& r) { return r.integer(0); });
}

/// Turns ids into keys; a sender that does not exist has sent nothing (empty scope).
result<std::optional<search_scope>> scope_of(connection& db, std::string_view user_id,
                                             const chat::search_query& q)
{
    search_scope scope;
    auto caller = find_key(db, user_id);
    if (!caller)
        return std::move(caller).error();
    if (!*caller)
        return errc::not_found;
    scope.user_key = **caller;
    if (q.conversation_id) {
        auto in = find_membership(db, *q.conversation_id, user_id);
        if (!in)
            return std::move(in).error();
        scope.conversation_key = in->conversation_key;
    }
    if (q.sender_id) {
        auto sender = find_key(db, *q.sender_id);
        if (!sender)
            return std::move(sender).error();
        if (!*sender)
            return std::optional<search_scope>();
        scope.sender_key = **sender;
    }
    if (q.type)
        scope.type = chat::to_string(*q.type);
    scope.from = q.from;
    scope.to = q.to;
    return std::optional(std::move(scope));
}

/// Best first, the newer one among equals.
bool better(const search_match& a, const search_match& b) noexcept
{
    return a.score != b.score ? a.score > b.score : a.message_key > b.message_key;
}

result<chat::search_hit> read_hit(connection& db, const search_match& m)
{
    auto hit = db.first(select_hit, {m.message_key}, [&](const row& r) {
        return chat::search_hit{
            r.string(0), r.string(1), r.string(2),
            r.string(3), r.string(4), chat::parse_message_type(r.text(5)).value_or(chat::message_type::text),
            r.time(6),   m.score};
    });
    if (!hit)
        return std::move(hit).error();
    return hit->value_or(chat::search_hit{});
}

/// Adds to `count` the words of a message that go on from `prefix`, as they are written.
void count_words(std::map<std::string, int>& count, std::string_view content, std::string_view prefix)
{
    for (const auto& w : chat::split_words(content))
        if (w.folded.starts_with(prefix))
            ++count[std::string(content.substr(w.begin, w.end - w.begin))];
}

result<std::vector<std::string>> own_words(connection& db, std::int64_t user_key, const std::string& prefix)
{
    chat::search_terms terms;
    terms.terms.push_back({{prefix}, true, false});
    search_scope own;
    own.user_key = user_key;
    own.sender_key = user_key;
    auto matches = search_index::match(db, terms, own);
    if (!matches)
        return std::move(matches).error();
    std::map<std::string, int> count;
    for (std::size_t i = 0; i < std::min(matches->size(), words_looked_at); ++i) {
        auto read = db.query(select_content, {(*matches)[i].message_key},
                             [&](const row& r) { count_words(count, r.text(0), prefix); });
        if (!read)
            return std::move(read).error();
    }
    std::vector<std::pair<std::string, int>> ranked(count.begin(), count.end());
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<std::string> words;
    words.reserve(ranked.size());
    for (auto& [word, times] : ranked)
        words.push_back(std::move(word));
    return words;
}

} // namespace

result<chat::page<chat::search_hit>> search_messages(connection& db, std::string_view user_id,
                                                     const chat::search_query& q)
{
    const auto terms = chat::parse_search(q.text);
    chat::page<chat::search_hit> page;
    page.info.page = q.page;
    page.info.limit = q.limit;
    auto scope = scope_of(db, user_id, q);
    if (!scope)
        return std::move(scope).error();
    if (!*scope)
        return page;
    auto matches = search_index::match(db, terms, **scope);
    if (!matches)
        return std::move(matches).error();

    page.info.total = std::ssize(*matches);
    const auto first = std::min((q.page - 1) * q.limit, page.info.total);
    const auto last = std::min(first + q.limit, page.info.total);
    page.info.has_more = last < page.info.total;
    std::partial_sort(matches->begin(), matches->begin() + last, matches->end(), better);
    for (auto i = first; i < last; ++i) {
        auto hit = read_hit(db, (*matches)[static_cast<std::size_t>(i)]);
        if (!hit)
            return std::move(hit).error();
        page.items.push_back(std::move(*hit));
    }
    return page;
}

result<std::vector<std::string>> suggest_words(connection& db, std::string_view user_id,
                                               std::string_view prefix, std::int64_t limit)
{
    auto user = find_key(db, user_id);
    if (!user)
        return std::move(user).error();
    if (!*user)
        return errc::not_found;
    const auto names_from = text::to_lower_ascii(prefix);
    auto suggestions = db.all(select_partners, {**user, names_from, names_from + "\xf4\x8f\xbf\xbf", limit},
                              [](const row& r) { return r.string(0); });
    if (!suggestions)
        return suggestions;
    const auto folded = chat::split_words(prefix);
    if (folded.size() != 1)
        return suggestions;
    auto words = own_words(db, **user, folded.front().folded);
    if (!words)
        return words;
    for (auto& w : *words)
        if (std::ssize(*suggestions) < limit &&
            std::find(suggestions->begin(), suggestions->end(), w) == suggestions->end())
            suggestions->push_back(std::move(w));
    return suggestions;
}

result<chat::search_store::stats> count_searchable(connection& db, std::string_view user_id)
{
    auto user = find_key(db, user_id);
    if (!user)
        return std::move(user).error();
    if (!*user)
        return errc::not_found;
    auto counted = db.first(count_messages, {**user}, [](const row& r) {
        return chat::search_store::stats{r.integer(0), r.integer(1)};
    });
    if (!counted)
        return std::move(counted).error();
    return counted->value_or(chat::search_store::stats{});
}

async::task<result<void>> search_store::complete_index()
{
    return db_.run(access::write, [](connection& db) { return search_index::catch_up(db); });
}

async::task<result<chat::page<chat::search_hit>>> search_store::find(std::string user_id,
                                                                     chat::search_query q)
{
    if (index_.behind()) {
        auto complete = co_await complete_index();
        if (!complete)
            co_return complete.error();
    }
    co_return co_await db_.run(access::read, [user_id = std::move(user_id), q = std::move(q)](
                                                 connection& db) { return search_messages(db, user_id, q); });
}

async::task<result<std::vector<std::string>>> search_store::suggest(std::string user_id, std::string prefix,
                                                                    std::int64_t limit)
{
    if (index_.behind()) {
        auto complete = co_await complete_index();
        if (!complete)
            co_return complete.error();
    }
    co_return co_await db_.run(access::read,
                               [user_id = std::move(user_id), prefix = std::move(prefix),
                                limit](connection& db) { return suggest_words(db, user_id, prefix, limit); });
}

async::task<result<chat::search_store::stats>> search_store::count(std::string user_id)
{
    return db_.run(access::read,
                   [user_id = std::move(user_id)](connection& db) { return count_searchable(db, user_id); });
}

} // namespace chatd::storage
