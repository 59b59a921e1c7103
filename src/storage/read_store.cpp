#include "read_store.hpp"

#include "lookup.hpp"

#include <algorithm>

namespace chatd::storage {
namespace {

using sql::access;
using sql::connection;
using sql::row;
using sql::statement;

constexpr statement select_target{"read_target", R"sql(
    SELECT m.seq, c.id, u.id
      FROM messages m
      JOIN conversations c ON c.key = m.conversation_key
      JOIN users u ON u.key = m.sender_key
     WHERE m.id = $1)sql"};

/// The range at or after a seq; it covers the seq when it begins no later.
constexpr statement select_range{"read_range_at", R"sql(
    SELECT from_seq, to_seq, read_at FROM read_ranges
     WHERE conversation_key = $1 AND user_key = $2 AND to_seq >= $3
     ORDER BY to_seq LIMIT 1)sql"};

constexpr statement select_ranges_after{"read_ranges_after", R"sql(
    SELECT from_seq, to_seq, read_at FROM read_ranges
     WHERE conversation_key = $1 AND user_key = $2 AND to_seq > $3
     ORDER BY to_seq)sql"};

constexpr statement insert_range{"read_range_insert", R"sql(
    INSERT INTO read_ranges (conversation_key, user_key, to_seq, from_seq, read_at)
    VALUES ($1, $2, $3, $4, $5))sql"};

constexpr statement delete_range{"read_range_delete", R"sql(
    DELETE FROM read_ranges WHERE conversation_key = $1 AND user_key = $2 AND to_seq = $3)sql"};

constexpr statement set_position{"read_set_position", R"sql(
    UPDATE participants SET settled = $3, read_seq = $4
     WHERE conversation_key = $1 AND user_key = $2)sql"};

constexpr statement count_of_others{"read_count_of_others", R"sql(
    SELECT count(*) FROM messages
     WHERE conversation_key = $1 AND seq >= $2 AND seq <= $3 AND sender_key <> $4)sql"};

constexpr statement select_id_at{"message_id_at", R"sql(
    SELECT id FROM messages WHERE conversation_key = $1 AND seq = $2)sql"};

struct range {
    std::int64_t from = 0;
    std::int64_t to = 0;
    timestamp read_at;
};

range read_range(const row& r)
{
    return {r.integer(0), r.integer(1), r.time(2)};
}

/// One message, and its reader as a member of its conversation.
struct target {
    membership in;
    std::int64_t seq = 0;
    bool own = false;
    std::optional<range> covered_by;
    chat::read_change change;
};

result<target> find_target(connection& db, std::string_view message_id, std::string_view user_id,
                           timestamp at)
{
    target t;
    auto found = db.first(select_target, {message_id}, [&](const row& r) {
        t.own = r.text(2) == user_id;
        t.change = {r.string(1), std::string(message_id), at, false};
        return r.integer(0);
    });
    if (!found)
        return std::move(found).error();
    if (!*found)
        return errc::not_found;
    t.seq = **found;
    auto in = find_membership(db, t.change.conversation_id, user_id);
    if (!in)
        return std::move(in).error();
    t.in = *in;
    auto next = db.first(select_range, {t.in.conversation_key, t.in.user_key, t.seq}, read_range);
    if (!next)
        return std::move(next).error();
    if (*next && (*next)->from <= t.seq)
        t.covered_by = **next;
    return t;
}

result<void> add_range(connection& db, const membership& in, const range& r)
{
    if (r.from > r.to)
        return {};
    auto added = db.exec(insert_range, {in.conversation_key, in.user_key, r.to, r.from, r.read_at});
    if (!added)
        return std::move(added).error();
    return {};
}

result<void> move_position(connection& db, const membership& in, std::int64_t settled, std::int64_t read_seq)
{
    auto moved = db.exec(set_position, {in.conversation_key, in.user_key, settled, read_seq});
    if (!moved)
        return std::move(moved).error();
    return {};
}

/// The parts of (read_seq, up_to] that no range covers.
result<std::vector<range>> find_gaps(connection& db, const membership& in, std::int64_t up_to, timestamp at)
{
    std::vector<range> gaps;
    auto next = in.read_seq + 1;
    auto found =
        db.query(select_ranges_after, {in.conversation_key, in.user_key, in.read_seq}, [&](const row& r) {
            if (next < r.integer(0) && next <= up_to)
                gaps.push_back({next, std::min(up_to, r.integer(0) - 1), at});
            next = std::max(next, r.integer(1) + 1);
        });
    if (!found)
        return std::move(found).error();
    if (next <= up_to)
        gaps.push_back({next, up_to, at});
    return gaps;
}

/// How many messages of others lie in the gaps.
result<std::int64_t> count_unread(connection& db, const membership& in, const std::vector<range>& gaps,
                                  std::int64_t up_to)
{
    if (up_to == in.last_seq)
        return in.last_seq - in.settled;
    std::int64_t unread = 0;
    for (const auto& gap : gaps) {
        auto counted = db.first(count_of_others, {in.conversation_key, gap.from, gap.to, in.user_key},
                                [](const row& r) { return r.integer(0); });
        if (!counted)
            return std::move(counted).error();
        unread += counted->value_or(0);
    }
    return unread;
}

/// Reads everything up to a seq; answers whether that changed anything.
result<bool> read_up_to(connection& db, const membership& in, std::int64_t up_to, timestamp at)
{
    if (up_to <= in.read_seq)
        return false;
    auto gaps = find_gaps(db, in, up_to, at);
    if (!gaps)
        return std::move(gaps).error();
    auto unread = count_unread(db, in, *gaps, up_to);
    if (!unread)
        return std::move(unread).error();
    if (*unread > 0)
        for (const auto& gap : *gaps)
            if (auto added = add_range(db, in, gap); !added)
                return added.error();
    if (auto moved = move_position(db, in, in.settled + *unread, up_to); !moved)
        return moved.error();
    return *unread > 0;
}

} // namespace

result<chat::read_change> mark_message(connection& db, std::string_view message_id, std::string_view user_id,
                                       timestamp at)
{
    auto t = find_target(db, message_id, user_id, at);
    if (!t)
        return std::move(t).error();
    if (t->covered_by)
        t->change.read_at = t->covered_by->read_at;
    if (t->own || t->covered_by)
        return std::move(t->change);
    if (auto added = add_range(db, t->in, {t->seq, t->seq, at}); !added)
        return added.error();
    const auto read_seq = t->in.read_seq + 1 == t->seq ? t->seq : t->in.read_seq;
    if (auto moved = move_position(db, t->in, t->in.settled + 1, read_seq); !moved)
        return moved.error();
    t->change.changed = true;
    return std::move(t->change);
}

result<chat::read_change> unmark_message(connection& db, std::string_view message_id,
                                         std::string_view user_id, timestamp at)
{
    auto t = find_target(db, message_id, user_id, at);
    if (!t)
        return std::move(t).error();
    if (t->own || !t->covered_by)
        return std::move(t->change);
    const auto& r = *t->covered_by;
    if (auto gone = db.exec(delete_range, {t->in.conversation_key, t->in.user_key, r.to}); !gone)
        return std::move(gone).error();
    if (auto kept = add_range(db, t->in, {r.from, t->seq - 1, r.read_at}); !kept)
        return kept.error();
    if (auto kept = add_range(db, t->in, {t->seq + 1, r.to, r.read_at}); !kept)
        return kept.error();
    if (auto moved = move_position(db, t->in, t->in.settled - 1, std::min(t->in.read_seq, t->seq - 1));
        !moved)
        return moved.error();
    t->change.changed = true;
    return std::move(t->change);
}

result<chat::read_change> mark_up_to(connection& db, std::string_view conversation_id,
                                     std::string_view user_id, const std::optional<std::string>& up_to,
                                     timestamp at)
{
    auto in = find_membership(db, conversation_id, user_id);
    if (!in)
        return std::move(in).error();
    std::int64_t seq = in->last_seq;
    if (up_to) {
        auto named = resolve_seq(db, in->conversation_key, *up_to, "upTo");
        if (!named)
            return std::move(named).error();
        seq = std::min(seq, *named);
    }
    auto changed = read_up_to(db, *in, seq, at);
    if (!changed)
        return std::move(changed).error();
    auto id = db.first(select_id_at, {in->conversation_key, seq}, [](const row& r) { return r.string(0); });
    if (!id)
        return std::move(id).error();
    return chat::read_change{std::string(conversation_id), id->value_or(""), at, *changed};
}

async::task<result<chat::read_change>> read_store::mark_message(std::string message_id, std::string user_id,
                                                                timestamp at)
{
    return db_.run(access::write, [id = std::move(message_id), user_id = std::move(user_id), at](
                                      connection& db) { return storage::mark_message(db, id, user_id, at); });
}

async::task<result<chat::read_change>> read_store::unmark_message(std::string message_id, std::string user_id,
                                                                  timestamp at)
{
    return db_.run(access::write,
                   [id = std::move(message_id), user_id = std::move(user_id), at](connection& db) {
                       return storage::unmark_message(db, id, user_id, at);
                   });
}

async::task<result<chat::read_change>> read_store::mark_up_to(std::string conversation_id,
                                                              std::string user_id,
                                                              std::optional<std::string> up_to, timestamp at)
{
    return db_.run(access::write,
                   [id = std::move(conversation_id), user_id = std::move(user_id), up_to = std::move(up_to),
                    at](connection& db) { return storage::mark_up_to(db, id, user_id, up_to, at); });
}

} // namespace chatd::storage
