#include "search_index.hpp"

#include <algorithm>

namespace chatd::storage {
namespace {

using sql::connection;
using sql::row;
using sql::statement;

constexpr std::int64_t slice = 512;
constexpr int slices_per_catch_up = 16;
constexpr std::chrono::milliseconds patience{50};
constexpr std::chrono::seconds pause_after_failure{5};

constexpr statement indexed_up_to{"search_indexed_up_to", R"sql(
    SELECT indexed_key FROM search_state WHERE only_row = 1)sql"};

constexpr statement set_indexed{"search_set_indexed", R"sql(
    UPDATE search_state SET indexed_key = $1 WHERE only_row = 1)sql"};

constexpr statement select_new{"search_select_new", R"sql(
    SELECT m.key, m.content, c.key, c.direct_pair
      FROM messages m JOIN conversations c ON c.key = m.conversation_key
     WHERE m.key > $1 AND m.deleted_at IS NULL
     ORDER BY m.key LIMIT $2)sql"};

constexpr statement insert_words{"search_insert", R"sql(
    INSERT INTO messages_search (rowid, body) VALUES ($1, $2))sql"};

constexpr statement select_matches{"search_match", R"sql(
    SELECT rowid, chatd_bm25(messages_search, 0) FROM messages_search
     WHERE messages_search MATCH $1
     ORDER BY rowid DESC LIMIT $2)sql"};

constexpr statement select_filtered{"search_match_filtered", R"sql(
    SELECT s.rowid, chatd_bm25(messages_search, 0)
      FROM messages_search s CROSS JOIN messages m
     WHERE s.messages_search MATCH $1 AND m.key = s.rowid
       AND ($3 IS NULL OR m.sender_key = $3) AND ($4 IS NULL OR m.type = $4)
       AND m.created_at >= $5 AND m.created_at <= $6 AND ($7 IS NULL OR m.conversation_key = $7)
     ORDER BY s.rowid DESC LIMIT $2)sql"};

constexpr statement select_groups{"search_groups", R"sql(
    SELECT conversation_key FROM participants WHERE user_key = $1 AND is_direct = 0)sql"};

/// Stands between whose word it is and the word. Not ASCII, so that the tokenizer keeps both in one token.
constexpr std::string_view of = "\u00b7";

std::string user_prefix(std::string_view user_key)
{
    return "u" + std::string(user_key) + std::string(of);
}

std::string group_prefix(std::int64_t conversation_key)
{
    return "c" + std::to_string(conversation_key) + std::string(of);
}

/// The prefixes under which a conversation's words are kept: its two members' ("7:9"), or its own when it has
/// another kind.
std::vector<std::string> prefixes_of(std::int64_t conversation_key, std::string_view direct_pair)
{
    if (direct_pair.empty())
        return {group_prefix(conversation_key)};
    const auto colon = direct_pair.find(':');
    return {user_prefix(direct_pair.substr(0, colon)), user_prefix(direct_pair.substr(colon + 1))};
}

std::string prefixed_words(const std::vector<std::string>& prefixes, std::string_view text)
{
    const auto words = chat::split_words(text);
    std::string out;
    out.reserve(prefixes.size() * (text.size() + words.size() * 8));
    for (const auto& prefix : prefixes)
        for (const auto& w : words)
            out.append(prefix).append(w.folded).push_back(' ');
    return out;
}

/// Indexes one slice; answers how many messages it found.
result<std::int64_t> index_slice(connection& db)
{
    auto start = db.first(indexed_up_to, {}, [](const row& r) { return r.integer(0); });
    if (!start)
        return std::move(start).error();
    std::int64_t last = start->value_or(0);
    result<std::int64_t> inserted = 0;
    auto found = db.query(select_new, {last, slice}, [&](const row& r) {
        if (!inserted)
            return;
        last = r.integer(0);
        const auto words = prefixed_words(prefixes_of(r.integer(2), r.text(3)), r.text(1));
        inserted = db.exec(insert_words, {last, words});
    });
    if (!found || !inserted)
        return found ? inserted : found;
    if (*found > 0)
        if (auto moved = db.exec(set_indexed, {last}); !moved)
            return moved;
    return found;
}

/// FTS5 syntax. Words hold no quotes; quoted, they cannot be operators either.
void append_phrase(std::string& expression, const chat::search_term& term, std::string_view prefix)
{
    expression += '"';
    for (const auto& w : term.words)
        expression.append(prefix).append(w).push_back(' ');
    expression += term.prefix ? "\"* " : "\" ";
}

/// `("a" "b"*) NOT ("c" OR "d")` over the words under one prefix.
std::string expression_under(std::string_view prefix, const chat::search_terms& terms)
{
    std::string wanted;
    std::string excluded;
    for (const auto& t : terms.terms) {
        if (t.excluded && !excluded.empty())
            excluded += "OR ";
        append_phrase(t.excluded ? excluded : wanted, t, prefix);
    }
    std::string expression = "((" + wanted + ")";
    if (!excluded.empty())
        expression += " NOT (" + excluded + ")";
    return expression + ")";
}

/// Under every prefix that the caller may read.
result<std::string> match_expression(connection& db, const chat::search_terms& terms,
                                     const search_scope& scope)
{
    auto expression = expression_under(user_prefix(std::to_string(scope.user_key)), terms);
    auto groups = db.query(select_groups, {scope.user_key}, [&](const row& r) {
        expression += " OR " + expression_under(group_prefix(r.integer(0)), terms);
    });
    if (!groups)
        return std::move(groups).error();
    return expression;
}

} // namespace

result<std::vector<search_match>> search_index::match(connection& db, const chat::search_terms& terms,
                                                      const search_scope& scope)
{
    if (terms.only_exclusions())
        return invalid_field("query", "query must not consist of exclusions only");
    auto expression = match_expression(db, terms, scope);
    if (!expression)
        return std::move(expression).error();
    const auto read = [](const row& r) { return search_match{r.integer(0), r.real(1)}; };
    if (!scope.conversation_key && !scope.sender_key && !scope.type && !scope.from && !scope.to)
        return db.all(select_matches, {*expression, max_matches}, read);
    return db.all(select_filtered,
                  {*expression, max_matches, scope.sender_key, scope.type,
                   scope.from.value_or(timestamp::min()), scope.to.value_or(timestamp::max()),
                   scope.conversation_key},
                  read);
}

void search_index::stored() noexcept
{
    const auto before = pending_.load(std::memory_order_relaxed);
    if (before == 0)
        waiting_since_ = steady::now();
    pending_.store(before + 1, std::memory_order_release);
}

result<void> search_index::catch_up(connection& db)
{
    for (int i = 0; i < slices_per_catch_up; ++i) {
        auto found = index_slice(db);
        if (!found)
            return std::move(found).error();
        if (*found < slice)
            break;
    }
    return {};
}

std::optional<std::chrono::steady_clock::time_point> search_index::due() const noexcept
{
    const auto pending = pending_.load(std::memory_order_relaxed);
    if (pending == 0)
        return std::nullopt;
    return std::max(not_before_, pending >= slice ? waiting_since_ : waiting_since_ + patience);
}

result<void> search_index::run(connection& db)
{
    auto found = index_slice(db);
    if (!found)
        return std::move(found).error();
    indexed_ = *found;
    return {};
}

void search_index::finished(bool committed) noexcept
{
    if (!committed) {
        not_before_ = steady::now() + pause_after_failure;
        return;
    }
    // A short slice has seen the end: whatever the count says, nothing is left.
    const auto pending = pending_.load(std::memory_order_relaxed);
    pending_.store(indexed_ < slice ? 0 : std::max<std::int64_t>(1, pending - indexed_),
                   std::memory_order_release);
    waiting_since_ = steady::now();
}

} // namespace chatd::storage
