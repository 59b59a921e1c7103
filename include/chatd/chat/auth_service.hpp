#pragma once

#include <chatd/chat/event_bus.hpp>
#include <chatd/chat/lru_cache.hpp>
#include <chatd/chat/options.hpp>
#include <chatd/chat/ports.hpp>
#include <chatd/chat/user_service.hpp>
#include <chatd/security/jwt.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::chat {

/// Where a sign-in comes from; kept with the session.
struct device {
    std::string ip, user_agent;
};

struct token_pair {
    std::string access, refresh;
    std::string expires_in; ///< of the access token, e.g. "15m"
};

struct signed_in {
    user_ptr who;
    token_pair tokens;
};

/// Login sessions and their tokens (contract section 2). A token is verified without a database hop while its
/// session and user are cached; this service's own writes keep the caches true. Refusals carry the contract's
/// texts. I/O thread.
class auth_service {
  public:
    auth_service(user_service& users, user_store& user_rows, session_store& sessions, event_bus& bus,
                 const clock& time, const options& o);

    /// A new login session of a user whose password is right.
    async::task<result<signed_in>> open_session(user_ptr who, device from);
    /// Single use; inside the grace a replay answers the same pair, after it the whole session is revoked.
    async::task<result<signed_in>> refresh(std::string refresh_token);

    /// Who presents this access token (`Bearer ` already stripped; empty is refused like none).
    async::task<result<principal>> verify_access(std::string token);
    /// The same with the socket texts of section 9. `pid` (of a CONNECT) lets an expired token in when
    /// issue_pid() made it for the same user and login session and that session is still alive.
    async::task<result<principal>> verify_socket(std::string token, std::optional<std::string> pid);
    /// A signed recovery id that names user and session: 35 characters of base64url and a dot.
    [[nodiscard]] std::string issue_pid(std::string_view user_id, std::string_view session_id) const;
    [[nodiscard]] bool owns_pid(std::string_view pid, std::string_view user_id,
                                std::string_view session_id) const;

    /// Kills the session of `who`; a legacy token (no session) is blacklisted until it expires.
    async::task<result<void>> logout(principal who, std::string token);
    async::task<result<void>> logout_all(principal who);
    async::task<result<std::vector<session>>> sessions(principal who);
    /// not_found also for somebody else's.
    async::task<result<void>> revoke_session(principal who, std::string session_id);
    /// All sessions and legacy tokens of a user but the session `keep`, after a new password.
    async::task<result<void>> revoke_others(std::string user_id, std::string keep);
    /// Deletes the rows of sessions whose last refresh token has run out.
    async::task<void> purge();

  private:
    enum class refusal : std::uint8_t { missing, invalid, expired, revoked, no_user };
    struct session_state {
        std::string user_id;
        timestamp ends; ///< when its last refresh token runs out
        bool revoked = false;
    };
    /// A principal, a refusal (as `unauthorized`), or a failure of the store.
    struct verdict {
        std::optional<principal> who;
        refusal why = refusal::invalid;
        std::optional<error> failed;
    };

    async::task<verdict> judge(security::token_claims claims, std::string token);
    async::task<std::optional<verdict>> judge_session(std::string session_id, std::string user_id);
    async::task<std::optional<verdict>> judge_legacy(security::token_claims claims, std::string token,
                                                     timestamp password_changed_at);
    [[nodiscard]] bool may_pass_expired(const security::token_claims& claims,
                                        const std::optional<std::string>& pid) const;
    void forget(const std::string& user_id, const std::string& session_id);
    [[nodiscard]] session_state state_of(const session& s) const;
    [[nodiscard]] token_pair tokens_for(const user& u, const session& s) const;
    [[nodiscard]] std::string pid_mark(std::string_view nonce, std::string_view user_id,
                                       std::string_view session_id) const;

    user_service& users_;
    user_store& user_rows_;
    session_store& sessions_;
    event_bus& bus_;
    const clock& clock_;
    const options::auth_options& options_;
    security::jwt_key access_key_, refresh_key_;
    std::string pid_key_;
    std::string expires_in_;
    lru_cache<session_state> session_cache_;
    lru_cache<bool> legacy_revoked_; // by SHA-256 of the token
};

} // namespace chatd::chat
