#include "search_index.hpp"

#include <algorithm>

namespace chatd::storage {
namespace {

using sql::connection;
using sql::row;
using sql::statement;

constexpr std::int64_t slice = 512;
constexpr int slices_per_catch_up = 16;
constexpr std::chrono::milliseconds patience{200};
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
    INSERT INTO messages_search (rowid, audience, body) VALUES ($1, $2, $3))sql"};

constexpr statement select_matches{"search_match", R"sql(
    SELECT rowid, chatd_bm25(messages_search, 1) FROM messages_search
     WHERE messages_search MATCH $1
     ORDER BY rowid DESC LIMIT $2)sql"};

constexpr statement select_filtered{"search_match_filtered", R"sql(
    SELECT s.rowid, chatd_bm25(messages_search, 1)
      FROM messages_search s CROSS JOIN messages m
     WHERE s.messages_search MATCH $1 AND m.key = s.rowid
       AND ($3 IS NULL OR m.sender_key = $3) AND ($4 IS NULL OR m.type = $4)
       AND m.created_at >= $5 AND m.created_at <= $6
     ORDER BY s.rowid DESC LIMIT $2)sql"};

constexpr statement select_pair{"search_pair", R"sql(
    SELECT direct_pair FROM conversations WHERE key = $1)sql"};

constexpr statement select_groups{"search_groups", R"sql(
    SELECT conversation_key FROM participants WHERE user_key = $1 AND is_direct = 0)sql"};

void append_words(std::string& out, std::string_view text)
{
    for (const auto& w : chat::split_words(text))
        out.append(w.folded).push_back(' ');
}

/// "u7 u9" for the direct conversation "7:9", "c5" for the conversation 5 of any other kind.
std::string audience_of(std::int64_t conversation_key, std::string_view direct_pair)
{
    if (direct_pair.empty())
        return "c" + std::to_string(conversation_key);
    const auto colon = direct_pair.find(':');
    std::string tokens = "u";
    tokens.append(direct_pair.substr(0, colon)).append(" u").append(direct_pair.substr(colon + 1));
    return tokens;
}

/// Indexes one slice; answers how many messages it found.
result<std::int64_t> index_slice(connection& db)
{
    auto start = db.first(indexed_up_to, {}, [](const row& r) { return r.integer(0); });
    if (!start)
        return std::move(start).error();
    std::int64_t last = start->value_or(0);
    std::string words;
    result<std::int64_t> inserted = 0;
    auto found = db.query(select_new, {last, slice}, [&](const row& r) {
        if (!inserted)
            return;
        last = r.integer(0);
        words.clear();
        append_words(words, r.text(1));
        inserted = db.exec(insert_words, {last, audience_of(r.integer(2), r.text(3)), words});
    });
    if (!found || !inserted)
        return found ? inserted : found;
    if (*found > 0)
        if (auto moved = db.exec(set_indexed, {last}); !moved)
            return moved;
    return found;
}

/// FTS5 syntax; words hold letters and digits only, the quotes keep AND, OR, NOT and NEAR words.
void append_phrase(std::string& expression, const chat::search_term& term)
{
    expression += '"';
    for (const auto& w : term.words)
        expression.append(w).push_back(' ');
    expression += term.prefix ? "\"* " : "\" ";
}

std::string body_expression(const chat::search_terms& terms)
{
    std::string wanted;
    std::string excluded;
    for (const auto& t : terms.terms) {
        if (t.excluded && !excluded.empty())
            excluded += "OR ";
        append_phrase(t.excluded ? excluded : wanted, t);
    }
    std::string expression = "(body : (" + wanted + "))";
    if (!excluded.empty())
        expression += " NOT (body : (" + excluded + "))";
    return expression;
}

result<std::string> audience_expression(connection& db, const search_scope& scope)
{
    if (scope.conversation_key) {
        auto pair =
            db.first(select_pair, {*scope.conversation_key}, [](const row& r) { return r.string(0); });
        if (!pair)
            return std::move(pair).error();
        return audience_of(*scope.conversation_key, pair->value_or(""));
    }
    std::string tokens = "u" + std::to_string(scope.user_key);
    auto groups = db.query(select_groups, {scope.user_key}, [&](const row& r) {
        tokens.append(" OR c").append(std::to_string(r.integer(0)));
    });
    if (!groups)
        return std::move(groups).error();
    return tokens;
}

} // namespace

result<std::vector<search_match>> search_index::match(connection& db, const chat::search_terms& terms,
                                                      const search_scope& scope)
{
    if (terms.only_exclusions())
        return invalid_field("query", "query must not consist of exclusions only");
    auto audience = audience_expression(db, scope);
    if (!audience)
        return std::move(audience).error();
    const std::string expression = "(audience : (" + *audience + ")) AND (" + body_expression(terms) + ")";
    const auto read = [](const row& r) { return search_match{r.integer(0), r.real(1)}; };
    if (!scope.sender_key && !scope.type && !scope.from && !scope.to)
        return db.all(select_matches, {expression, max_matches}, read);
    return db.all(select_filtered,
                  {expression, max_matches, scope.sender_key, scope.type,
                   scope.from.value_or(timestamp::min()), scope.to.value_or(timestamp::max())},
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
    return std::max(not_before_, pending >= slice / 2 ? waiting_since_ : waiting_since_ + patience);
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
