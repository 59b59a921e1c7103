#pragma once

#include <chatd/base/clock.hpp>
#include <chatd/security/hash.hpp>

#include <string>
#include <string_view>

namespace chatd::security {

/// What a token says (contract section 2). Texts are empty where a claim is absent.
struct token_claims {
    std::string user_id; ///< `sub`, else `userId`, else `id`
    std::string email, username, role, gallery_id;
    std::string session_id; ///< `sid`
    std::string token_id;   ///< `jti`
    std::string type;       ///< `typ`: "access", "refresh"; empty in tokens of older back ends
    timestamp issued_at;    ///< whole seconds; 1970 when absent
    timestamp expires_at;   ///< whole seconds
    bool ids_agree = true;  ///< false: `sub`, `userId` and `id` name different users
};

enum class token_state {
    valid,
    expired, ///< genuine, but its time is over
    invalid, ///< not a token, another algorithm, another key, or without user or expiry
};

/// Outcome of verify(). The claims are filled unless the token is invalid.
struct token_check {
    token_state state = token_state::invalid;
    token_claims claims;
};

/// A secret that signs and verifies HS256 tokens (RFC 7519, RFC 7515). Immutable; callable from any thread.
class jwt_key {
  public:
    explicit jwt_key(std::string_view secret) : key_(secret) {}

    /// Claims `sub,userId,id,email,username,role,gallery_id?,sid,jti,typ:"access",iat,exp` in this order:
    /// equal claims give equal text.
    [[nodiscard]] std::string sign_access(const token_claims& c) const;
    /// Claims `sub,sid,jti,typ:"refresh",iat,exp` in this order.
    [[nodiscard]] std::string sign_refresh(const token_claims& c) const;

    /// Checks algorithm, signature and time. Type, session and user are the caller's to judge.
    [[nodiscard]] token_check verify(std::string_view token, timestamp now) const;

  private:
    [[nodiscard]] std::string sign(std::string_view payload) const;
    [[nodiscard]] std::string signature(std::string_view signed_part) const;

    hmac_key key_;
};

} // namespace chatd::security
