#pragma once

#include <chatd/async/thread_pool.hpp>
#include <chatd/chat/event_bus.hpp>
#include <chatd/chat/lru_cache.hpp>
#include <chatd/chat/options.hpp>
#include <chatd/chat/ports.hpp>
#include <chatd/chat/user_service.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::chat {

class token_codec;
struct token_claims;

/// Where a sign-in comes from; kept with the session.
struct device {
    std::string ip, user_agent;
};

struct registration {
    std::string username, email, password;
    std::optional<std::string> full_name, first_name, last_name, phone, whatsapp_number;
};

struct profile_changes {
    std::optional<std::string> username, email, avatar, full_name, first_name, last_name, phone;
    std::optional<std::string> current_password, new_password;
};

struct token_pair {
    std::string access, refresh;
    std::string expires_in; ///< of the access token, e.g. "15m"
};

struct signed_in {
    user_ptr who;
    token_pair tokens;
};

/// Accounts, login sessions and tokens (contract section 2). A token is verified without a database hop while
/// its session and user are cached; this service's own writes keep the caches true. Refusals carry the
/// contract's texts. I/O thread; passwords are hashed on `hashing`.
class auth_service {
  public:
    auth_service(user_service& users, user_store& user_rows, session_store& sessions, event_bus& bus,
                 async::thread_pool& hashing, const clock& time, const options& o);
    ~auth_service();

    /// conflict (field named), invalid, forbidden when registration is closed, unavailable when hashing is
    /// full.
    async::task<result<signed_in>> register_user(registration r, device from);
    /// `name` is an e-mail, user name or phone. unauthorized `Invalid credentials` in the same time for an
    /// unknown user; forbidden `Account is inactive` after the right password only.
    async::task<result<signed_in>> login(std::string name, std::string password, device from);
    /// Single use; inside the grace a replay answers the same pair, after it the whole session is revoked.
    async::task<result<signed_in>> refresh(std::string refresh_token);

    /// Who presents this access token. Requires nothing of `token`; `Bearer ` is already stripped.
    async::task<result<principal>> verify_access(std::string token);
    /// The same with the socket texts of section 9. `pid` (of a CONNECT) lets an expired token in when it was
    /// issued by issue_pid() for the same user and login session and that session is still alive.
    async::task<result<principal>> verify_socket(std::string token, std::optional<std::string> pid);
    /// A signed recovery id that names user and session. ASCII, ≤ 64 bytes.
    [[nodiscard]] std::string issue_pid(std::string_view user_id, std::string_view session_id) const;
    [[nodiscard]] bool owns_pid(std::string_view pid, std::string_view user_id,
                                std::string_view session_id) const;

    /// Kills the session of `who`; a legacy token (no session) is blacklisted until it expires.
    async::task<result<void>> logout(principal who, std::string token);
    async::task<result<void>> logout_all(principal who);
    async::task<result<std::vector<session>>> sessions(principal who);
    /// not_found also for somebody else's.
    async::task<result<void>> revoke_session(principal who, std::string session_id);

    /// Answers the changed user. A new password needs the current one (invalid otherwise) and revokes every
    /// other session.
    async::task<result<user_ptr>> change_profile(principal who, profile_changes c);

    /// Makes an account without signing it in: command line, first admin. Errors as register_user().
    async::task<result<user_ptr>> create_user(registration r, role as);
    /// When there is no admin yet, creates this one; conflict when the address belongs to a user already.
    async::task<result<void>> ensure_admin(std::string email, std::string password);

  private:
    struct session_state {
        std::string user_id;
        bool revoked = false;
    };

    async::task<result<std::string>> hash_password(std::string password);
    async::task<result<bool>> check_password(std::string hash, std::string password);
    async::task<result<signed_in>> open_session(user_ptr who, device from);
    async::task<result<session_state>> session_of(std::string id);
    async::task<result<principal>> principal_of(token_claims claims, std::string token);
    async::task<result<principal>> legacy_principal(token_claims claims, std::string token);
    async::task<result<void>> rehash(user u, std::string password);
    async::task<result<void>> revoke_others(std::string user_id, std::string keep);
    void forget_session(std::string_view user_id, std::string_view session_id);
    [[nodiscard]] token_pair tokens_for(const user& u, const session& s) const;

    user_service& users_;
    user_store& user_rows_;
    session_store& sessions_;
    event_bus& bus_;
    async::thread_pool& hashing_;
    const clock& clock_;
    const options& options_;
    std::unique_ptr<token_codec> codec_;
    std::string decoy_hash_; // compared with when there is no such user
    lru_cache<session_state> session_cache_;
    lru_cache<bool> legacy_revoked_; // by SHA-256 of the token
};

} // namespace chatd::chat
