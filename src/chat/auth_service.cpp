#include <chatd/base/encoding.hpp>
#include <chatd/base/ids.hpp>
#include <chatd/base/log.hpp>
#include <chatd/chat/auth_service.hpp>
#include <chatd/security/hash.hpp>
#include <chatd/security/random.hpp>

#include <array>
#include <charconv>
#include <utility>

namespace chatd::chat {

namespace {

using std::chrono::seconds;

constexpr std::chrono::hours max_legacy_life{24};
constexpr std::size_t nonce_length = 12; // base64url of 9 bytes
constexpr std::size_t mark_bytes = 16;

/// Texts of a refusal for REST (section 2) and for CONNECT_ERROR (section 9).
struct wording {
    const char* rest;
    const char* socket;
};
constexpr std::array<wording, 5> texts{{{"Access token is required", "Authentication token required"},
                                        {"Invalid or expired token", "Invalid access token"},
                                        {"Invalid or expired token", "Token has expired"},
                                        {"Token has been invalidated", "Token has been revoked"},
                                        {"Token has been invalidated", "User not found or inactive"}}};

/// A token id names its generation ("3.k7…"), so that one which cannot be ours is told from a spent one and
/// revokes nothing.
std::string make_jti(std::int64_t generation)
{
    return std::to_string(generation) + "." + security::random_token();
}

std::optional<std::int64_t> generation_of(std::string_view jti)
{
    std::int64_t generation = 0;
    const auto [end, failed] = std::from_chars(jti.data(), jti.data() + jti.size(), generation);
    if (failed != std::errc{} || end == jti.data() + jti.size() || *end != '.' || generation < 0)
        return std::nullopt;
    return generation;
}

/// "15m", "7d", "90s": the largest unit that fits.
std::string duration_text(seconds d)
{
    const auto n = d.count();
    if (n % 86'400 == 0)
        return std::to_string(n / 86'400) + "d";
    if (n % 3600 == 0)
        return std::to_string(n / 3600) + "h";
    return n % 60 == 0 ? std::to_string(n / 60) + "m" : std::to_string(n) + "s";
}

error unauthorized(const char* text)
{
    return {errc::unauthorized, text};
}

} // namespace

auth_service::auth_service(user_service& users, user_store& user_rows, session_store& sessions,
                           event_bus& bus, const clock& time, const options& o)
    : users_(users), user_rows_(user_rows), sessions_(sessions), bus_(bus), clock_(time), options_(o.auth),
      access_key_(o.auth.access_secret), refresh_key_(o.auth.refresh_secret),
      pid_key_(security::hkdf_sha256(o.auth.access_secret, "recovery id")),
      expires_in_(duration_text(o.auth.access_ttl)), session_cache_(o.cached_sessions),
      legacy_revoked_(o.cached_sessions)
{
}

auth_service::session_state auth_service::state_of(const session& s) const
{
    return {s.user_id, s.issued_at + options_.refresh_ttl, s.revoked};
}

token_pair auth_service::tokens_for(const user& u, const session& s) const
{
    security::token_claims c;
    c.user_id = u.id;
    c.email = u.email;
    c.username = u.username;
    c.role = to_string(u.role);
    c.gallery_id = u.gallery_id.value_or("");
    c.session_id = s.id;
    c.token_id = s.jti;
    c.issued_at = std::chrono::floor<seconds>(s.issued_at);
    c.expires_at = c.issued_at + options_.access_ttl;
    token_pair pair;
    pair.access = access_key_.sign_access(c);
    c.expires_at = c.issued_at + options_.refresh_ttl;
    pair.refresh = refresh_key_.sign_refresh(c);
    pair.expires_in = expires_in_;
    return pair;
}

async::task<result<signed_in>> auth_service::open_session(user_ptr who, device from)
{
    session s;
    const auto now = clock_.now();
    s.id = make_uuid7(now);
    s.user_id = who->id;
    s.ip = std::move(from.ip);
    s.user_agent = std::move(from.user_agent);
    s.created_at = s.last_used_at = s.issued_at = s.rotated_at = now;
    s.jti = make_jti(s.generation);
    auto stored = co_await sessions_.create(s);
    if (!stored)
        co_return std::move(stored).error();
    session_cache_.put(s.id, state_of(s));
    auto tokens = tokens_for(*who, s);
    co_return signed_in{std::move(who), std::move(tokens)};
}

async::task<result<signed_in>> auth_service::refresh(std::string refresh_token)
{
    const auto refused = unauthorized("Invalid or expired token");
    const auto now = clock_.now();
    const auto checked = refresh_key_.verify(refresh_token, now);
    const auto& claims = checked.claims;
    if (checked.state != security::token_state::valid || claims.type != "refresh" ||
        claims.session_id.empty() || !claims.ids_agree)
        co_return refused;
    const auto generation = generation_of(claims.token_id);
    if (!generation)
        co_return refused;
    auto turn = co_await sessions_.rotate(claims.session_id, claims.token_id, make_jti(*generation + 1), now,
                                          options_.refresh_grace);
    if (!turn)
        co_return turn.error().code == errc::not_found ? refused : std::move(turn).error();
    const auto& current = turn->current;
    switch (turn->outcome) {
    case rotation::kind::refused:
        co_return refused;
    case rotation::kind::reuse_detected:
        log::warn("auth", "spent refresh token presented, session revoked",
                  {{"userId", claims.user_id}, {"sessionId", claims.session_id}});
        forget(claims.user_id, claims.session_id);
        co_return refused;
    case rotation::kind::rotated:
    case rotation::kind::replayed_in_grace:
        break;
    }
    auto who = co_await users_.find(current.user_id);
    if (!who)
        co_return who.error().code == errc::not_found ? refused : std::move(who).error();
    if (current.user_id != claims.user_id || !(*who)->is_active)
        co_return refused;
    if (auto* known = session_cache_.find(current.id); known != nullptr && !known->revoked)
        *known = state_of(current);
    auto tokens = tokens_for(**who, current);
    co_return signed_in{std::move(*who), std::move(tokens)};
}

async::task<result<principal>> auth_service::verify_access(std::string token)
{
    verdict v{.why = refusal::missing};
    if (!token.empty()) {
        auto checked = access_key_.verify(token, clock_.now());
        v.why = refusal::invalid;
        if (checked.state == security::token_state::valid)
            v = co_await judge(std::move(checked.claims), std::move(token));
    }
    if (v.failed)
        co_return std::move(*v.failed);
    if (!v.who)
        co_return unauthorized(texts[static_cast<std::size_t>(v.why)].rest);
    co_return std::move(*v.who);
}

async::task<result<principal>> auth_service::verify_socket(std::string token, std::optional<std::string> pid)
{
    verdict v{.why = refusal::missing};
    if (!token.empty()) {
        using security::token_state;
        auto checked = access_key_.verify(token, clock_.now());
        const bool expired = checked.state == token_state::expired;
        v.why = expired ? refusal::expired : refusal::invalid;
        if (checked.state == token_state::valid || (expired && may_pass_expired(checked.claims, pid)))
            v = co_await judge(std::move(checked.claims), std::move(token));
    }
    if (v.failed)
        co_return std::move(*v.failed);
    if (!v.who)
        co_return unauthorized(texts[static_cast<std::size_t>(v.why)].socket);
    co_return std::move(*v.who);
}

bool auth_service::may_pass_expired(const security::token_claims& claims,
                                    const std::optional<std::string>& pid) const
{
    if (claims.session_id.empty() || claims.type != "access")
        return false;
    return options_.expired_token_opens_socket || (pid && owns_pid(*pid, claims.user_id, claims.session_id));
}

async::task<auth_service::verdict> auth_service::judge(security::token_claims claims, std::string token)
{
    const bool legacy = claims.type.empty() && claims.session_id.empty();
    if (!claims.ids_agree ||
        (legacy ? !options_.accept_legacy : claims.type != "access" || claims.session_id.empty()))
        co_return verdict{.why = refusal::invalid};
    if (!legacy)
        if (auto refused = co_await judge_session(claims.session_id, claims.user_id))
            co_return std::move(*refused);
    auto found = co_await users_.find(claims.user_id);
    if (!found && found.error().code != errc::not_found)
        co_return verdict{.failed = std::move(found).error()};
    if (!found || !(*found)->is_active)
        co_return verdict{.why = refusal::no_user};
    const auto& who = **found;
    if (legacy)
        if (auto refused = co_await judge_legacy(claims, std::move(token), who.password_changed_at))
            co_return std::move(*refused);
    co_return verdict{.who =
                          principal{who.id, std::move(claims.session_id), who.username, who.email, who.role}};
}

async::task<std::optional<auth_service::verdict>> auth_service::judge_session(std::string session_id,
                                                                              std::string user_id)
{
    const auto* known = session_cache_.find(session_id);
    if (known == nullptr) {
        auto row = co_await sessions_.find(session_id);
        if (!row && row.error().code != errc::not_found)
            co_return verdict{.failed = std::move(row).error()};
        if (!row)
            co_return verdict{.why = refusal::revoked}; // purged long after its end
        known = &session_cache_.add(session_id, state_of(*row));
    }
    if (known->user_id != user_id)
        co_return verdict{.why = refusal::invalid};
    if (known->revoked)
        co_return verdict{.why = refusal::revoked};
    if (known->ends <= clock_.now())
        co_return verdict{.why = refusal::expired};
    co_return std::nullopt;
}

async::task<std::optional<auth_service::verdict>>
auth_service::judge_legacy(security::token_claims claims, std::string token, timestamp password_changed_at)
{
    if (claims.issued_at == timestamp{} || claims.expires_at - claims.issued_at > max_legacy_life ||
        claims.issued_at <= password_changed_at)
        co_return verdict{.why = refusal::invalid};
    const auto hash = security::sha256_hex(token);
    const auto* known = legacy_revoked_.find(hash);
    if (known == nullptr) {
        auto listed = co_await sessions_.is_blacklisted(hash);
        if (!listed)
            co_return verdict{.failed = std::move(listed).error()};
        known = &legacy_revoked_.add(hash, *listed);
    }
    if (*known)
        co_return verdict{.why = refusal::revoked};
    co_return std::nullopt;
}

void auth_service::forget(const std::string& user_id, const std::string& session_id)
{
    if (!session_id.empty())
        session_cache_.put(session_id, {user_id, {}, true});
    bus_.publish(session_revoked{user_id, session_id});
}

async::task<result<void>> auth_service::logout(principal who, std::string token)
{
    if (who.session_id.empty()) {
        const auto hash = security::sha256_hex(token);
        const auto expires = access_key_.verify(token, clock_.now()).claims.expires_at;
        auto listed = co_await sessions_.blacklist(hash, expires);
        if (!listed)
            co_return std::move(listed).error();
        legacy_revoked_.put(hash, true);
    } else if (auto revoked = co_await sessions_.revoke(who.session_id); !revoked) {
        co_return std::move(revoked).error();
    }
    forget(who.user_id, who.session_id);
    log::info("auth", "logout", {{"userId", who.user_id}, {"sessionId", who.session_id}});
    co_return result<void>();
}

async::task<result<void>> auth_service::logout_all(principal who)
{
    const auto now = clock_.now();
    auto revoked = co_await revoke_others(who.user_id, "");
    if (!revoked)
        co_return std::move(revoked).error();
    user_changes c;
    c.password_changed_at = now; // what kills legacy tokens
    c.at = now;
    auto changed = co_await user_rows_.update(who.user_id, std::move(c));
    if (!changed)
        co_return std::move(changed).error();
    users_.remember(std::move(*changed));
    bus_.publish(user_signed_out{who.user_id});
    co_return result<void>();
}

async::task<result<void>> auth_service::revoke_others(std::string user_id, std::string keep)
{
    auto gone = co_await sessions_.revoke_all(user_id, std::move(keep), clock_.now());
    if (!gone)
        co_return std::move(gone).error();
    for (const auto& id : *gone)
        forget(user_id, id);
    if (options_.accept_legacy)
        forget(user_id, ""); // sockets of legacy tokens, which a new password kills as well
    co_return result<void>();
}

async::task<result<std::vector<session>>> auth_service::sessions(principal who)
{
    return sessions_.list(std::move(who.user_id), clock_.now() - options_.refresh_ttl);
}

async::task<result<void>> auth_service::revoke_session(principal who, std::string session_id)
{
    const error unknown(errc::not_found, "Session not found");
    if (!is_valid_id(session_id))
        co_return unknown;
    auto row = co_await sessions_.find(session_id);
    if (!row)
        co_return row.error().code == errc::not_found ? unknown : std::move(row).error();
    if (row->user_id != who.user_id || row->revoked)
        co_return unknown;
    auto revoked = co_await sessions_.revoke(session_id);
    if (!revoked)
        co_return std::move(revoked).error();
    forget(who.user_id, session_id);
    co_return result<void>();
}

async::task<void> auth_service::purge()
{
    auto purged = co_await sessions_.purge(clock_.now() - options_.refresh_ttl);
    if (!purged)
        log::warn("auth", "old sessions not deleted", {{"detail", purged.error().detail}});
}

std::string auth_service::pid_mark(std::string_view nonce, std::string_view user_id,
                                   std::string_view session_id) const
{
    std::string text;
    text.append(nonce).append("/").append(user_id).append("/").append(session_id);
    return encoding::to_base64url(security::hmac_sha256(pid_key_, text).substr(0, mark_bytes));
}

std::string auth_service::issue_pid(std::string_view user_id, std::string_view session_id) const
{
    const auto nonce = security::random_token(nonce_length / 4 * 3);
    return nonce + "." + pid_mark(nonce, user_id, session_id);
}

bool auth_service::owns_pid(std::string_view pid, std::string_view user_id, std::string_view session_id) const
{
    if (pid.size() <= nonce_length || pid[nonce_length] != '.')
        return false;
    return security::constant_time_equal(pid.substr(nonce_length + 1),
                                         pid_mark(pid.substr(0, nonce_length), user_id, session_id));
}

} // namespace chatd::chat
