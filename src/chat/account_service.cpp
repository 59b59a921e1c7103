#include "account_rules.hpp"

#include <chatd/base/ids.hpp>
#include <chatd/base/log.hpp>
#include <chatd/base/text.hpp>
#include <chatd/chat/account_service.hpp>

#include <utility>

namespace chatd::chat {

namespace {

constexpr std::chrono::seconds busy_retry{1};

error hashing_is_busy()
{
    error e(errc::unavailable, "hashing queue is full");
    e.retry_after = busy_retry;
    return e;
}

/// The full name that follows from first and last name, unless one is given.
std::optional<std::string> full_name(const std::optional<std::string>& given,
                                     const std::optional<std::string>& first,
                                     const std::optional<std::string>& last)
{
    if (given)
        return given;
    if (!first && !last)
        return std::nullopt;
    const auto both = first.value_or("") + " " + last.value_or("");
    return std::string(text::trim(both));
}

} // namespace

account_service::account_service(auth_service& auth, user_service& users, user_store& rows,
                                 async::thread_pool& hashing, const clock& time, const options& o)
    : auth_(auth), users_(users), rows_(rows), hashing_(hashing), clock_(time), options_(o),
      hasher_({o.auth.argon2_memory_kib, o.auth.argon2_iterations})
{
}

async::task<result<std::string>> account_service::hash(std::string password)
{
    auto hashed = co_await async::offload(
        hashing_, [this, password = std::move(password)] { return hasher_.hash(password); });
    if (!hashed)
        co_return hashing_is_busy();
    co_return std::move(*hashed);
}

async::task<result<bool>> account_service::matches(std::optional<std::string> stored, std::string password)
{
    auto right =
        co_await async::offload(hashing_, [this, stored = std::move(stored), password = std::move(password)] {
            return stored ? hasher_.verify(*stored, password) : hasher_.verify_unknown(password);
        });
    if (!right)
        co_return hashing_is_busy();
    co_return *right;
}

async::task<result<user_ptr>> account_service::create(registration r, role as)
{
    if (auto broken = broken_rules(r); !broken.empty())
        co_return error(errc::invalid, "Validation failed", std::move(broken));
    auto hashed = co_await hash(std::move(r.password));
    if (!hashed)
        co_return std::move(hashed).error();
    const auto now = clock_.now();
    user u;
    u.id = make_uuid7(now);
    u.username = std::move(r.username);
    u.email = text::to_lower_ascii(r.email);
    u.password_hash = std::move(*hashed);
    u.role = as;
    u.full_name = full_name(r.full_name, r.first_name, r.last_name);
    u.first_name = std::move(r.first_name);
    u.last_name = std::move(r.last_name);
    u.phone = std::move(r.phone);
    u.whatsapp_number = std::move(r.whatsapp_number);
    u.password_changed_at = u.created_at = u.updated_at = now;
    auto row = co_await rows_.create(std::move(u));
    if (!row)
        co_return std::move(row).error();
    co_return users_.remember(std::move(*row));
}

async::task<result<signed_in>> account_service::sign_up(registration r, device from)
{
    if (!options_.auth.registration_open)
        co_return error(errc::forbidden, "Registration is closed");
    auto made = co_await create(std::move(r), role::user);
    if (!made)
        co_return std::move(made).error();
    co_return co_await auth_.open_session(std::move(*made), std::move(from));
}

async::task<result<signed_in>> account_service::login(std::string name, std::string password, device from)
{
    auto row = co_await rows_.find_by_login(std::move(name));
    if (!row && row.error().code != errc::not_found)
        co_return std::move(row).error();
    auto right = co_await matches(row ? std::optional(row->password_hash) : std::nullopt, password);
    if (!right)
        co_return std::move(right).error();
    if (!row || !*right || !row->is_active) {
        log::info("auth", "login refused",
                  {{"userId", row ? std::string_view(row->id) : "unknown"}, {"ip", from.ip}});
        co_return row&&* right ? error(errc::forbidden, "Account is inactive")
                               : error(errc::unauthorized, "Invalid credentials");
    }
    log::info("auth", "login", {{"userId", row->id}, {"ip", from.ip}});
    if (hasher_.needs_rehash(row->password_hash))
        co_await renew_hash(*row, std::move(password));
    co_return co_await auth_.open_session(users_.remember(std::move(*row)), std::move(from));
}

async::task<void> account_service::renew_hash(user u, std::string password)
{
    auto hashed = co_await hash(std::move(password));
    if (!hashed)
        co_return; // the next login tries again
    user_changes c;
    c.password_hash = std::move(*hashed);
    c.at = u.updated_at;
    if (auto stored = co_await rows_.update(u.id, std::move(c)); !stored)
        log::warn("auth", "password not re-hashed", {{"userId", u.id}, {"detail", stored.error().detail}});
}

async::task<result<user_changes>> account_service::changes_of(const user& before, profile_changes c)
{
    if (auto broken = broken_rules(c); !broken.empty())
        co_return error(errc::invalid, "Validation failed", std::move(broken));
    user_changes changes;
    changes.at = clock_.now();
    changes.username = std::move(c.username);
    if (c.email)
        changes.email = text::to_lower_ascii(*c.email);
    changes.avatar = std::move(c.avatar);
    if (c.full_name || c.first_name || c.last_name)
        changes.full_name = full_name(c.full_name, c.first_name ? c.first_name : before.first_name,
                                      c.last_name ? c.last_name : before.last_name);
    changes.first_name = std::move(c.first_name);
    changes.last_name = std::move(c.last_name);
    changes.phone = std::move(c.phone);
    if (!c.new_password)
        co_return changes;

    auto right = co_await matches(before.password_hash, *c.current_password);
    if (!right)
        co_return std::move(right).error();
    if (!*right)
        co_return invalid_field("currentPassword", "Current password is incorrect");
    auto hashed = co_await hash(std::move(*c.new_password));
    if (!hashed)
        co_return std::move(hashed).error();
    changes.password_hash = std::move(*hashed);
    changes.password_changed_at = changes.at = clock_.now();
    co_return changes;
}

async::task<result<user_ptr>> account_service::change_profile(principal who, profile_changes c)
{
    auto before = co_await rows_.find(who.user_id);
    if (!before)
        co_return std::move(before).error();
    auto changes = co_await changes_of(*before, std::move(c));
    if (!changes)
        co_return std::move(changes).error();
    const bool new_password = changes->password_hash.has_value();
    auto row = co_await rows_.update(who.user_id, std::move(*changes));
    if (!row)
        co_return std::move(row).error();
    auto changed = users_.remember(std::move(*row));
    if (new_password) {
        auto revoked = co_await auth_.revoke_others(who.user_id, who.session_id);
        if (!revoked)
            co_return std::move(revoked).error();
    }
    co_return changed;
}

async::task<result<void>> account_service::ensure_admin(std::string email, std::string password)
{
    auto known = co_await rows_.any_admin();
    if (!known)
        co_return std::move(known).error();
    if (*known)
        co_return result<void>();
    auto taken = co_await rows_.find_by_login(email);
    if (taken)
        co_return error(errc::conflict, "the address of the first admin belongs to a user already");
    if (taken.error().code != errc::not_found)
        co_return std::move(taken).error();
    registration r;
    r.username = username_from(email);
    r.email = std::move(email);
    r.password = std::move(password);
    auto made = co_await create(std::move(r), role::admin);
    if (!made)
        co_return std::move(made).error();
    co_return result<void>();
}

} // namespace chatd::chat
