#include "user_store.hpp"

#include <chatd/base/text.hpp>

#include <algorithm>

namespace chatd::storage {
namespace {

using sql::access;
using sql::connection;
using sql::row;
using sql::statement;

#define CHATD_USER_COLUMNS                                                                                   \
    " id, username, email, password_hash, role, is_active, avatar, full_name, first_name, last_name, phone," \
    " whatsapp_number, gallery_id, last_seen, password_changed_at, created_at, updated_at "

constexpr statement insert_user{"user_insert", R"sql(
    INSERT INTO users (id, username, username_key, email, password_hash, role, is_active, avatar, full_name,
                       first_name, last_name, phone, whatsapp_number, gallery_id, last_seen,
                       password_changed_at, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18))sql"};

constexpr statement count_active{"user_count_active", R"sql(
    UPDATE counters SET value = value + $1 WHERE name = 'active_users')sql"};

constexpr statement active_total{"user_active_total", R"sql(
    SELECT value FROM counters WHERE name = 'active_users')sql"};

constexpr statement select_user{"user_find", "SELECT" CHATD_USER_COLUMNS "FROM users WHERE id = $1"};

constexpr statement select_by_login{"user_find_by_login", "SELECT" CHATD_USER_COLUMNS R"sql(FROM users
     WHERE key = coalesce((SELECT key FROM users WHERE email = $1),
                          (SELECT key FROM users WHERE username_key = $1),
                          (SELECT key FROM users WHERE phone = $2)))sql"};

// An empty text takes a value away.
constexpr statement change_user{"user_update", R"sql(
    UPDATE users SET username            = coalesce($2, username),
                     username_key        = coalesce($3, username_key),
                     email               = coalesce($4, email),
                     avatar              = nullif(coalesce($5, avatar), ''),
                     full_name           = nullif(coalesce($6, full_name), ''),
                     first_name          = nullif(coalesce($7, first_name), ''),
                     last_name           = nullif(coalesce($8, last_name), ''),
                     phone               = nullif(coalesce($9, phone), ''),
                     whatsapp_number     = nullif(coalesce($10, whatsapp_number), ''),
                     password_hash       = coalesce($11, password_hash),
                     password_changed_at = coalesce($12, password_changed_at),
                     updated_at          = $13
     WHERE id = $1
 RETURNING)sql" CHATD_USER_COLUMNS};

constexpr statement list_active{"user_list", "SELECT" CHATD_USER_COLUMNS R"sql(FROM users
     WHERE is_active = 1 AND id <> $1
     ORDER BY username_key LIMIT $2 OFFSET $3)sql"};

constexpr statement search_active{"user_search", "SELECT" CHATD_USER_COLUMNS R"sql(FROM users
     WHERE is_active = 1 AND id <> $1 AND (username_key LIKE $4 ESCAPE '\' OR email LIKE $4 ESCAPE '\')
     ORDER BY username_key LIMIT $2 OFFSET $3)sql"};

constexpr statement search_total{"user_search_total", R"sql(
    SELECT count(*) FROM users
     WHERE is_active = 1 AND id <> $1 AND (username_key LIKE $2 ESCAPE '\' OR email LIKE $2 ESCAPE '\'))sql"};

constexpr statement is_active{"user_is_active", R"sql(
    SELECT is_active FROM users WHERE id = $1)sql"};

constexpr statement touch{"user_touch_last_seen", R"sql(
    UPDATE users SET last_seen = $2 WHERE id = $1)sql"};

constexpr statement select_admin{"user_any_admin", R"sql(
    SELECT key FROM users WHERE role = 'ADMIN' LIMIT 1)sql"};

chat::user read_user(const row& r)
{
    chat::user u;
    u.id = r.string(0);
    u.username = r.string(1);
    u.email = r.string(2);
    u.password_hash = r.string(3);
    u.role = chat::parse_role(r.text(4)).value_or(chat::role::user);
    u.is_active = r.boolean(5);
    u.avatar = r.optional_string(6);
    u.full_name = r.optional_string(7);
    u.first_name = r.optional_string(8);
    u.last_name = r.optional_string(9);
    u.phone = r.optional_string(10);
    u.whatsapp_number = r.optional_string(11);
    u.gallery_id = r.optional_string(12);
    u.last_seen = r.optional_time(13);
    u.password_changed_at = r.time(14);
    u.created_at = r.time(15);
    u.updated_at = r.time(16);
    return u;
}

/// Which field a violated unique key stands for.
error taken(error e)
{
    if (e.code != errc::conflict)
        return e;
    struct naming {
        std::string_view key, field, text;
    };
    static constexpr naming names[] = {
        {"users.username_key", "username", "Username is already taken"},
        {"users.email", "email", "Email is already registered"},
        {"users.phone", "phone", "Phone number is already registered"},
        {"users.whatsapp_number", "whatsappNumber", "WhatsApp number is already registered"},
        {"users.id", "id", "Id is already taken"},
    };
    for (const auto& n : names) {
        if (e.detail != n.key)
            continue;
        e.detail = n.text;
        e.fields = {{std::string(n.field), std::string(n.text)}};
        break;
    }
    return e;
}

result<chat::user> one_user(result<std::optional<chat::user>> found)
{
    if (!found)
        return std::move(found).error();
    if (!*found)
        return errc::not_found;
    return std::move(**found);
}

/// `%part%` with the wildcards of the user's own text escaped.
std::string like_pattern(std::string_view part)
{
    std::string pattern = "%";
    for (const char c : text::to_lower_ascii(part)) {
        if (c == '%' || c == '_' || c == '\\')
            pattern += '\\';
        pattern += c;
    }
    return pattern + '%';
}

result<std::int64_t> number(connection& db, const statement& s, sql::params p)
{
    auto found = db.first(s, p, [](const row& r) { return r.integer(0); });
    if (!found)
        return std::move(found).error();
    return found->value_or(0);
}

result<std::int64_t> count_listed(connection& db, std::string_view without, const std::string& pattern)
{
    if (!pattern.empty())
        return number(db, search_total, {without, pattern});
    auto total = number(db, active_total, {});
    if (!total || without.empty())
        return total;
    auto hidden = number(db, is_active, {without});
    if (!hidden)
        return hidden;
    return *total - *hidden;
}

} // namespace

result<chat::user> create_user(connection& db, const chat::user& u)
{
    chat::user stored = u;
    stored.email = text::to_lower_ascii(u.email);
    auto done =
        db.exec(insert_user, {stored.id, stored.username, text::to_lower_ascii(stored.username), stored.email,
                              stored.password_hash, chat::to_string(stored.role), stored.is_active,
                              stored.avatar, stored.full_name, stored.first_name, stored.last_name,
                              stored.phone, stored.whatsapp_number, stored.gallery_id, stored.last_seen,
                              stored.password_changed_at, stored.created_at, stored.updated_at});
    if (!done)
        return taken(std::move(done).error());
    if (stored.is_active)
        if (auto counted = db.exec(count_active, {1}); !counted)
            return std::move(counted).error();
    return stored;
}

result<chat::user> find_user(connection& db, std::string_view id)
{
    return one_user(db.first(select_user, {id}, read_user));
}

result<std::vector<chat::user>> find_users(connection& db, const std::vector<std::string>& ids)
{
    std::vector<chat::user> found;
    for (const auto& id : ids) {
        auto u = db.first(select_user, {id}, read_user);
        if (!u)
            return std::move(u).error();
        if (*u)
            found.push_back(std::move(**u));
    }
    return found;
}

result<chat::user> find_user_by_login(connection& db, std::string_view login)
{
    return one_user(db.first(select_by_login, {text::to_lower_ascii(login), login}, read_user));
}

result<chat::user> update_user(connection& db, std::string_view id, const chat::user_changes& c)
{
    const auto lower = [](const std::optional<std::string>& s) {
        return s ? std::optional(text::to_lower_ascii(*s)) : std::nullopt;
    };
    auto changed =
        db.first(change_user,
                 {id, c.username, lower(c.username), lower(c.email), c.avatar, c.full_name, c.first_name,
                  c.last_name, c.phone, c.whatsapp_number, c.password_hash, c.password_changed_at, c.at},
                 read_user);
    if (!changed)
        return taken(std::move(changed).error());
    return one_user(std::move(changed));
}

result<chat::page<chat::user>> list_users(connection& db, const chat::user_query& q)
{
    const std::string without = q.without_user_id.value_or("");
    const std::string pattern = q.search.empty() ? std::string() : like_pattern(q.search);
    const auto skipped = (q.page - 1) * q.limit;
    auto total = count_listed(db, without, pattern);
    if (!total)
        return std::move(total).error();
    auto items = pattern.empty() ? db.all(list_active, {without, q.limit, skipped}, read_user)
                                 : db.all(search_active, {without, q.limit, skipped, pattern}, read_user);
    if (!items)
        return std::move(items).error();
    chat::page<chat::user> page;
    page.items = std::move(*items);
    page.info.page = q.page;
    page.info.limit = q.limit;
    page.info.total = *total;
    page.info.has_more = skipped + static_cast<std::int64_t>(page.items.size()) < *total;
    return page;
}

result<void> touch_last_seen(connection& db, const std::vector<std::string>& ids, timestamp at)
{
    for (const auto& id : ids)
        if (auto done = db.exec(touch, {id, at}); !done)
            return std::move(done).error();
    return {};
}

result<bool> any_admin(connection& db)
{
    auto found = db.first(select_admin, {}, [](const row& r) { return r.integer(0); });
    if (!found)
        return std::move(found).error();
    return found->has_value();
}

async::task<result<chat::user>> user_store::create(chat::user u)
{
    return db_.run(access::write, [u = std::move(u)](connection& db) { return create_user(db, u); });
}

async::task<result<chat::user>> user_store::find(std::string id)
{
    return db_.run(access::read, [id = std::move(id)](connection& db) { return find_user(db, id); });
}

async::task<result<std::vector<chat::user>>> user_store::find_many(std::vector<std::string> ids)
{
    return db_.run(access::read, [ids = std::move(ids)](connection& db) { return find_users(db, ids); });
}

async::task<result<chat::user>> user_store::find_by_login(std::string login)
{
    return db_.run(access::read,
                   [login = std::move(login)](connection& db) { return find_user_by_login(db, login); });
}

async::task<result<chat::user>> user_store::update(std::string id, chat::user_changes c)
{
    return db_.run(access::write,
                   [id = std::move(id), c = std::move(c)](connection& db) { return update_user(db, id, c); });
}

async::task<result<chat::page<chat::user>>> user_store::list(chat::user_query q)
{
    return db_.run(access::read, [q = std::move(q)](connection& db) { return list_users(db, q); });
}

async::task<result<void>> user_store::touch_last_seen(std::vector<std::string> ids, timestamp at)
{
    return db_.run(access::write, [ids = std::move(ids), at](connection& db) {
        return storage::touch_last_seen(db, ids, at);
    });
}

async::task<result<bool>> user_store::any_admin()
{
    return db_.run(access::read, [](connection& db) { return storage::any_admin(db); });
}

} // namespace chatd::storage
