#include "conversation_store.hpp"

#include "conversation_list.hpp"
#include "conversation_reader.hpp"
#include "lookup.hpp"

#include <algorithm>

namespace chatd::storage {
namespace {

using sql::access;
using sql::connection;
using sql::row;
using sql::statement;

constexpr statement select_user{"conversation_user", R"sql(
    SELECT key, is_active, conversation_count FROM users WHERE id = $1)sql"};

constexpr statement select_pair{"conversation_find_pair", R"sql(
    SELECT key FROM conversations WHERE direct_pair = $1)sql"};

constexpr statement insert_direct{"conversation_insert_direct", R"sql(
    INSERT INTO conversations (id, kind, direct_pair, participant_count, active_at, created_at, updated_at)
    VALUES ($1, 'direct', $2, 2, $3, $3, $3)
        ON CONFLICT (direct_pair) DO NOTHING
 RETURNING key)sql"};

/// At the top of the list, also above what was moved up within the same millisecond.
constexpr statement insert_participant{"conversation_insert_participant", R"sql(
    INSERT INTO participants (conversation_key, user_key, listed_at, is_direct, joined_at)
    VALUES ($1, $2, (SELECT CASE WHEN MAX(t.listed_at) >= $3 THEN MAX(t.listed_at) + 1 ELSE $3 END
                       FROM participants t WHERE t.user_key = $2), 1, $3))sql"};

constexpr statement count_conversation{"conversation_count", R"sql(
    UPDATE users SET conversation_count = conversation_count + 1 WHERE key = $1)sql"};

constexpr statement select_kind{"conversation_kind", R"sql(
    SELECT key, kind FROM conversations WHERE id = $1)sql"};

constexpr statement select_members{"conversation_members", R"sql(
    SELECT u.id FROM participants p JOIN users u ON u.key = p.user_key
     WHERE p.conversation_key = $1)sql"};

constexpr statement select_contacts{"conversation_contacts", R"sql(
    SELECT DISTINCT u.id
      FROM participants mine
      JOIN participants theirs ON theirs.conversation_key = mine.conversation_key
                              AND theirs.user_key <> mine.user_key
      JOIN users u ON u.key = theirs.user_key
     WHERE mine.user_key = (SELECT key FROM users WHERE id = $1)
     LIMIT $2)sql"};

struct party {
    std::int64_t key = 0;
    bool active = false;
    std::int64_t conversations = 0;
};

result<std::optional<party>> find_party(connection& db, std::string_view id)
{
    return db.first(select_user, {id}, [](const row& r) {
        return party{r.integer(0), r.boolean(1), r.integer(2)};
    });
}

result<void> add_members(connection& db, std::int64_t conversation_key, std::initializer_list<party> members,
                         timestamp now)
{
    for (const auto& p : members) {
        if (auto ok = db.exec(insert_participant, {conversation_key, p.key, now}); !ok)
            return std::move(ok).error();
        if (auto ok = db.exec(count_conversation, {p.key}); !ok)
            return std::move(ok).error();
    }
    return {};
}

result<std::int64_t> find_or_add_pair(connection& db, const direct_request& r, const party& a, const party& b,
                                      bool& created)
{
    const auto pair = std::to_string(std::min(a.key, b.key)) + ":" + std::to_string(std::max(a.key, b.key));
    const auto key = [](const row& x) { return x.integer(0); };
    auto existing = db.first(select_pair, {pair}, key);
    if (!existing)
        return std::move(existing).error();
    if (*existing)
        return **existing;
    auto added = db.first(insert_direct, {r.new_id, pair, r.now}, key);
    if (!added)
        return std::move(added).error();
    if (!*added) // another process was faster
        return errc::conflict;
    if (auto ok = add_members(db, **added, {a, b}, r.now); !ok)
        return ok.error();
    created = true;
    return **added;
}

} // namespace

result<chat::conversation_store::opened> open_direct(connection& db, const direct_request& r)
{
    auto a = find_party(db, r.user_id);
    if (!a)
        return std::move(a).error();
    auto b = find_party(db, r.other_id);
    if (!b)
        return std::move(b).error();
    if (!*a || !*b || !(*b)->active)
        return errc::not_found;
    chat::conversation_store::opened o;
    auto key = find_or_add_pair(db, r, **a, **b, o.created);
    if (!key)
        return std::move(key).error();
    auto item = conversation_reader(db, (*a)->key).read(*key);
    if (!item)
        return std::move(item).error();
    o.item = std::move(*item);
    return o;
}

result<chat::page<chat::conversation>> list_conversations(connection& db, std::string_view user_id,
                                                          const chat::page_request& p)
{
    auto user = find_party(db, user_id);
    if (!user)
        return std::move(user).error();
    if (!*user)
        return errc::not_found;
    if (p.after)
        return invalid_field("after", "this list goes backwards only: use before");
    list_range range{.user_key = (*user)->key, .limit = p.limit + 1};
    if (p.before) {
        auto cursor = parse_cursor(db, range.user_key, *p.before);
        if (!cursor)
            return std::move(cursor).error();
        range.below = *cursor;
    } else {
        range.skip = (p.page - 1) * p.limit;
    }
    auto places = find_places(db, range);
    if (!places)
        return std::move(places).error();

    chat::page<chat::conversation> page;
    page.info.page = p.page;
    page.info.limit = p.limit;
    page.info.total = (*user)->conversations;
    page.info.has_more = std::ssize(*places) > p.limit;
    if (page.info.has_more) {
        places->pop_back();
        page.info.next_cursor = places->back().to_cursor();
    }
    conversation_reader reader(db, range.user_key);
    for (const auto& at : *places) {
        auto item = reader.read(at.conversation_key);
        if (!item)
            return std::move(item).error();
        page.items.push_back(std::move(*item));
    }
    return page;
}

result<chat::conversation> find_conversation(connection& db, std::string_view id, std::string_view user_id)
{
    auto in = find_membership(db, id, user_id);
    if (!in)
        return std::move(in).error();
    return conversation_reader(db, in->user_key).read(in->conversation_key);
}

result<chat::conversation_store::membership> find_members(connection& db, std::string_view id)
{
    chat::conversation_store::membership m;
    auto key = db.first(select_kind, {id}, [&](const row& r) {
        m.kind = parse_kind(r.text(1));
        return r.integer(0);
    });
    if (!key)
        return std::move(key).error();
    if (!*key)
        return errc::not_found;
    auto ids = db.all(select_members, {**key}, [](const row& r) { return r.string(0); });
    if (!ids)
        return std::move(ids).error();
    m.member_ids = std::move(*ids);
    return m;
}

result<std::vector<std::string>> find_contacts(connection& db, std::string_view user_id, std::int64_t limit)
{
    return db.all(select_contacts, {user_id, limit}, [](const row& r) { return r.string(0); });
}

async::task<result<chat::conversation_store::opened>>
conversation_store::open_direct(std::string user_id, std::string other_id, std::string new_id, timestamp now)
{
    return db_.run(access::write,
                   [r = direct_request{std::move(user_id), std::move(other_id), std::move(new_id), now}](
                       connection& db) { return storage::open_direct(db, r); });
}

async::task<result<chat::page<chat::conversation>>> conversation_store::list(std::string user_id,
                                                                             chat::page_request p)
{
    return db_.run(access::read, [user_id = std::move(user_id), p = std::move(p)](connection& db) {
        return list_conversations(db, user_id, p);
    });
}

async::task<result<chat::conversation>> conversation_store::find(std::string id, std::string user_id)
{
    return db_.run(access::read, [id = std::move(id), user_id = std::move(user_id)](connection& db) {
        return find_conversation(db, id, user_id);
    });
}

async::task<result<chat::conversation_store::membership>> conversation_store::members(std::string id)
{
    return db_.run(access::read, [id = std::move(id)](connection& db) { return find_members(db, id); });
}

async::task<result<std::vector<std::string>>> conversation_store::contacts(std::string user_id,
                                                                           std::int64_t limit)
{
    return db_.run(access::read, [user_id = std::move(user_id), limit](connection& db) {
        return find_contacts(db, user_id, limit);
    });
}

} // namespace chatd::storage
