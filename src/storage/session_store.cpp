#include "session_store.hpp"

namespace chatd::storage {
namespace {

using sql::access;
using sql::connection;
using sql::row;
using sql::statement;

#define CHATD_SESSION_COLUMNS                                                                                \
    " s.id, u.id, s.ip, s.user_agent, s.created_at, s.last_used_at, s.revoked, s.generation, s.jti,"         \
    " s.issued_at, s.previous_jti, s.rotated_at FROM sessions s JOIN users u ON u.key = s.user_key "

constexpr statement insert_session{"session_insert", R"sql(
    INSERT INTO sessions (id, user_key, ip, user_agent, created_at, last_used_at, generation, jti, issued_at,
                          rotated_at)
    VALUES ($1, (SELECT key FROM users WHERE id = $2), $3, $4, $5, $6, $7, $8, $9, $5))sql"};

constexpr statement select_session{"session_find", "SELECT" CHATD_SESSION_COLUMNS "WHERE s.id = $1"};

constexpr statement select_live{"session_list", "SELECT" CHATD_SESSION_COLUMNS R"sql(
     WHERE u.id = $1 AND s.revoked = 0 AND s.issued_at >= $2
     ORDER BY s.last_used_at DESC, s.id)sql"};

constexpr statement next_generation{"session_rotate", R"sql(
    UPDATE sessions SET generation = generation + 1, previous_jti = jti, jti = $2, issued_at = $3,
                        rotated_at = $3, last_used_at = $3
     WHERE id = $1)sql"};

constexpr statement remember_spent{"session_remember_spent", R"sql(
    INSERT INTO session_spent_tokens (session_id, jti, spent_at) VALUES ($1, $2, $3)
        ON CONFLICT (session_id, jti) DO NOTHING)sql"};

constexpr statement forget_spent{"session_forget_spent", R"sql(
    DELETE FROM session_spent_tokens WHERE session_id = $1 AND spent_at < $2)sql"};

constexpr statement spent_lately{"session_spent_lately", R"sql(
    SELECT spent_at FROM session_spent_tokens WHERE session_id = $1 AND jti = $2 AND spent_at >= $3)sql"};

constexpr statement set_revoked{"session_revoke", R"sql(
    UPDATE sessions SET revoked = 1 WHERE id = $1)sql"};

constexpr statement set_all_revoked{"session_revoke_all", R"sql(
    UPDATE sessions SET revoked = 1
     WHERE user_key = (SELECT key FROM users WHERE id = $1) AND revoked = 0 AND id <> $2
 RETURNING id)sql"};

constexpr statement delete_old{"session_purge", R"sql(
    DELETE FROM sessions WHERE issued_at < $1)sql"};

constexpr statement delete_expired{"blacklist_purge", R"sql(
    DELETE FROM token_blacklist WHERE expires_at < $1)sql"};

constexpr statement insert_blacklisted{"blacklist_insert", R"sql(
    INSERT INTO token_blacklist (token_hash, expires_at) VALUES ($1, $2)
        ON CONFLICT (token_hash) DO NOTHING)sql"};

constexpr statement select_blacklisted{"blacklist_find", R"sql(
    SELECT expires_at FROM token_blacklist WHERE token_hash = $1)sql"};

chat::session read_session(const row& r)
{
    chat::session s;
    s.id = r.string(0);
    s.user_id = r.string(1);
    s.ip = r.string(2);
    s.user_agent = r.string(3);
    s.created_at = r.time(4);
    s.last_used_at = r.time(5);
    s.revoked = r.boolean(6);
    s.generation = r.integer(7);
    s.jti = r.string(8);
    s.issued_at = r.time(9);
    s.previous_jti = r.string(10);
    s.rotated_at = r.time(11);
    return s;
}

/// Success whatever number of rows was touched.
result<void> done(result<std::int64_t> changed)
{
    if (!changed)
        return std::move(changed).error();
    return {};
}

result<chat::rotation> advance(connection& db, chat::session s, const rotation_request& r)
{
    if (auto ok = db.exec(next_generation, {s.id, r.next_jti, r.now}); !ok)
        return std::move(ok).error();
    // Beyond the grace every spent token is theft: no need to know which.
    if (auto ok = db.exec(forget_spent, {s.id, r.now - r.grace}); !ok)
        return std::move(ok).error();
    if (auto ok = db.exec(remember_spent, {s.id, s.jti, r.now}); !ok)
        return std::move(ok).error();
    s.previous_jti = std::exchange(s.jti, r.next_jti);
    s.generation += 1;
    s.issued_at = s.rotated_at = s.last_used_at = r.now;
    return chat::rotation{chat::rotation::kind::rotated, std::move(s)};
}

} // namespace

result<void> create_session(connection& db, const chat::session& s)
{
    return done(db.exec(insert_session, {s.id, s.user_id, s.ip, s.user_agent, s.created_at, s.last_used_at,
                                         s.generation, s.jti, s.issued_at}));
}

result<chat::session> find_session(connection& db, std::string_view id)
{
    auto found = db.first(select_session, {id}, read_session);
    if (!found)
        return std::move(found).error();
    if (!*found)
        return errc::not_found;
    return std::move(**found);
}

result<chat::rotation> rotate_session(connection& db, const rotation_request& r)
{
    using kind = chat::rotation::kind;
    auto found = db.first(select_session, {r.session_id}, read_session);
    if (!found)
        return std::move(found).error();
    if (!*found || (*found)->revoked)
        return chat::rotation{};
    auto& s = **found;
    if (s.jti == r.presented_jti)
        return advance(db, std::move(s), r);

    auto spent = db.first(spent_lately, {s.id, r.presented_jti, r.now - r.grace},
                          [](const row& x) { return x.integer(0); });
    if (!spent)
        return std::move(spent).error();
    if (*spent) {
        if (s.previous_jti == r.presented_jti)
            return chat::rotation{kind::replayed_in_grace, std::move(s)};
        return chat::rotation{}; // its successor has been used itself
    }
    if (auto ok = db.exec(set_revoked, {s.id}); !ok)
        return std::move(ok).error();
    s.revoked = true;
    return chat::rotation{kind::reuse_detected, std::move(s)};
}

result<std::vector<chat::session>> list_sessions(connection& db, std::string_view user_id,
                                                 timestamp not_before)
{
    return db.all(select_live, {user_id, not_before}, read_session);
}

result<void> revoke_session(connection& db, std::string_view id)
{
    return done(db.exec(set_revoked, {id}));
}

result<std::vector<std::string>> revoke_sessions(connection& db, std::string_view user_id,
                                                 std::string_view keep)
{
    return db.all(set_all_revoked, {user_id, keep}, [](const row& r) { return r.string(0); });
}

result<void> purge_sessions(connection& db, timestamp issued_before)
{
    if (auto ok = done(db.exec(delete_old, {issued_before})); !ok)
        return ok;
    return done(db.exec(delete_expired, {issued_before}));
}

async::task<result<void>> session_store::create(chat::session s)
{
    return db_.run(access::write, [s = std::move(s)](connection& db) { return create_session(db, s); });
}

async::task<result<chat::session>> session_store::find(std::string id)
{
    return db_.run(access::read, [id = std::move(id)](connection& db) { return find_session(db, id); });
}

async::task<result<chat::rotation>> session_store::rotate(std::string session_id, std::string presented_jti,
                                                          std::string next_jti, timestamp now,
                                                          std::chrono::milliseconds grace)
{
    return db_.run(access::write,
                   [r = rotation_request{std::move(session_id), std::move(presented_jti), std::move(next_jti),
                                         now, grace}](connection& db) { return rotate_session(db, r); });
}

async::task<result<std::vector<chat::session>>> session_store::list(std::string user_id, timestamp not_before)
{
    return db_.run(access::read, [user_id = std::move(user_id), not_before](connection& db) {
        return list_sessions(db, user_id, not_before);
    });
}

async::task<result<void>> session_store::revoke(std::string session_id)
{
    return db_.run(access::write,
                   [id = std::move(session_id)](connection& db) { return revoke_session(db, id); });
}

async::task<result<std::vector<std::string>>> session_store::revoke_all(std::string user_id, std::string keep,
                                                                        timestamp /*at*/)
{
    return db_.run(access::write, [user_id = std::move(user_id), keep = std::move(keep)](connection& db) {
        return revoke_sessions(db, user_id, keep);
    });
}

async::task<result<void>> session_store::purge(timestamp t)
{
    return db_.run(access::write, [t](connection& db) { return purge_sessions(db, t); });
}

async::task<result<void>> session_store::blacklist(std::string token_hash, timestamp expires_at)
{
    return db_.run(access::write, [hash = std::move(token_hash), expires_at](connection& db) {
        return done(db.exec(insert_blacklisted, {hash, expires_at}));
    });
}

async::task<result<bool>> session_store::is_blacklisted(std::string token_hash)
{
    return db_.run(access::read, [hash = std::move(token_hash)](connection& db) -> result<bool> {
        auto found = db.first(select_blacklisted, {hash}, [](const row& r) { return r.integer(0); });
        if (!found)
            return std::move(found).error();
        return found->has_value();
    });
}

} // namespace chatd::storage
