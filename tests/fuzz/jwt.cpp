#include "fuzz.hpp"

#include <chatd/base/encoding.hpp>
#include <chatd/security/hash.hpp>
#include <chatd/security/jwt.hpp>

#include <string>

/// A text that we did not sign is never a token; a payload that is signed never breaks the reader.
FUZZ_TARGET(text)
{
    using namespace chatd;
    static const std::string secret(32, 'k');
    static const security::jwt_key key(secret);
    const auto now = from_millis(1'735'732'800'000);

    const auto as_token = key.verify(text, now);
    if (as_token.state != security::token_state::invalid) {
        const auto dot = text.rfind('.');
        FUZZ_CHECK(encoding::to_base64url(security::hmac_sha256(secret, text.substr(0, dot))) ==
                   text.substr(dot + 1));
    }

    const auto signed_part =
        encoding::to_base64url(R"({"alg":"HS256"})") + '.' + encoding::to_base64url(text);
    const auto check = key.verify(
        signed_part + '.' + encoding::to_base64url(security::hmac_sha256(secret, signed_part)), now);
    if (check.state != security::token_state::invalid) {
        FUZZ_CHECK(!check.claims.user_id.empty());
        FUZZ_CHECK((check.state == security::token_state::valid) == (now < check.claims.expires_at));
        auto again = key.verify(key.sign_access(check.claims), now);
        FUZZ_CHECK(again.claims.user_id == check.claims.user_id &&
                   again.claims.expires_at == check.claims.expires_at);
    }
}
