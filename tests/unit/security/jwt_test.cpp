#include <chatd/base/encoding.hpp>
#include <chatd/security/hash.hpp>
#include <chatd/security/jwt.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace chatd::security {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";
constexpr std::string_view header = R"({"alg":"HS256","typ":"JWT"})";
const timestamp noon = from_millis(1'735'732'800'000);

token_claims ayse()
{
    token_claims c;
    c.user_id = "u1";
    c.email = "ayse@example.com";
    c.username = "ayse";
    c.role = "USER";
    c.gallery_id = "g7";
    c.session_id = "s1";
    c.token_id = "j1";
    c.issued_at = noon;
    c.expires_at = noon + 15min;
    return c;
}

std::string forge(std::string_view head, std::string_view payload, std::string_view key = secret)
{
    const auto part = encoding::to_base64url(head) + '.' + encoding::to_base64url(payload);
    return part + '.' + encoding::to_base64url(hmac_sha256(key, part));
}

token_state state_of(std::string_view payload)
{
    return jwt_key(secret).verify(forge(header, payload), noon).state;
}

/// The expected texts were made with Python's hmac and json modules.
TEST(security_jwt, signs_the_same_text_as_any_other_library)
{
    EXPECT_EQ(jwt_key(secret).sign_access(ayse()),
              "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1MSIsInVzZXJJZCI6InUxIiwiaWQiOiJ1MSIsImVtY"
              "WlsIjoiYXlzZUBleGFtcGxlLmNvbSIsInVzZXJuYW1lIjoiYXlzZSIsInJvbGUiOiJVU0VSIiwiZ2FsbGVyeV9pZCI"
              "6Imc3Iiwic2lkIjoiczEiLCJqdGkiOiJqMSIsInR5cCI6ImFjY2VzcyIsImlhdCI6MTczNTczMjgwMCwiZXhwIjoxN"
              "zM1NzMzNzAwfQ.KFy_tKuDKGRvKkcUBV1YCgeuhRvNz_yaokZMZtp3BEo");
    auto c = ayse();
    c.expires_at = noon + std::chrono::days(7);
    EXPECT_EQ(jwt_key(secret).sign_refresh(c),
              "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1MSIsInNpZCI6InMxIiwianRpIjoiajEiLCJ0eXAiO"
              "iJyZWZyZXNoIiwiaWF0IjoxNzM1NzMyODAwLCJleHAiOjE3MzYzMzc2MDB9.fOtXTRQXjqZ5EbSzpfKVCX0kM80t2x"
              "NavDEjEOcUFRE");
}

TEST(security_jwt, reads_back_what_it_signed)
{
    const jwt_key key(secret);
    const auto check = key.verify(key.sign_access(ayse()), noon + 14min);
    ASSERT_EQ(check.state, token_state::valid);
    EXPECT_EQ(check.claims.user_id, "u1");
    EXPECT_EQ(check.claims.email, "ayse@example.com");
    EXPECT_EQ(check.claims.username, "ayse");
    EXPECT_EQ(check.claims.role, "USER");
    EXPECT_EQ(check.claims.gallery_id, "g7");
    EXPECT_EQ(check.claims.session_id, "s1");
    EXPECT_EQ(check.claims.token_id, "j1");
    EXPECT_EQ(check.claims.type, "access");
    EXPECT_EQ(check.claims.issued_at, noon);
    EXPECT_EQ(check.claims.expires_at, noon + 15min);
    EXPECT_TRUE(check.claims.ids_agree);
    EXPECT_EQ(key.verify(key.sign_refresh(ayse()), noon).claims.type, "refresh");
}

TEST(security_jwt, tells_an_expired_token_from_a_false_one)
{
    const jwt_key key(secret);
    const auto token = key.sign_access(ayse());
    const auto late = key.verify(token, noon + 15min);
    EXPECT_EQ(late.state, token_state::expired);
    EXPECT_EQ(late.claims.session_id, "s1");
    EXPECT_EQ(jwt_key("another secret").verify(token, noon).state, token_state::invalid);
    EXPECT_EQ(jwt_key("another secret").verify(token, noon + 1h).state, token_state::invalid);
}

TEST(security_jwt, refuses_every_changed_byte)
{
    const jwt_key key(secret);
    const auto token = key.sign_access(ayse());
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(key.verify(changed, noon).state, token_state::invalid) << i;
    }
    for (std::size_t length = 0; length < token.size(); ++length)
        EXPECT_EQ(key.verify(token.substr(0, length), noon).state, token_state::invalid) << length;
}

TEST(security_jwt, accepts_one_spelling_of_a_signature_only)
{
    const jwt_key key(secret);
    const auto token = key.sign_access(ayse());
    EXPECT_EQ(key.verify(token + '=', noon).state, token_state::invalid);
    EXPECT_EQ(key.verify(token + ' ', noon).state, token_state::invalid);
    EXPECT_EQ(key.verify(token + ".x", noon).state, token_state::invalid);
}

TEST(security_jwt, refuses_other_algorithms)
{
    const std::string payload = R"({"sub":"u1","exp":1735733700})";
    ASSERT_EQ(state_of(payload), token_state::valid);
    for (const std::string_view head : {R"({"alg":"none"})", R"({"alg":"HS512"})", R"({"alg":"hs256"})",
                                        R"({"typ":"JWT"})", R"({"alg":["HS256"]})", R"({"alg":"RS256"})",
                                        R"({"alg":"HS256","crit":["b64"],"b64":false})", "HS256", ""})
        EXPECT_EQ(jwt_key(secret).verify(forge(head, payload), noon).state, token_state::invalid) << head;
    EXPECT_EQ(jwt_key(secret).verify(forge(R"({"typ":"JWT","alg":"HS256","kid":"1"})", payload), noon).state,
              token_state::valid);
    const auto unsigned_token =
        encoding::to_base64url(R"({"alg":"none"})") + '.' + encoding::to_base64url(payload) + '.';
    EXPECT_EQ(jwt_key(secret).verify(unsigned_token, noon).state, token_state::invalid);
}

TEST(security_jwt, refuses_payloads_that_say_too_little_or_nonsense)
{
    for (const std::string_view payload :
         {R"({"sub":"u1"})", R"({"exp":1735733700})", R"({"sub":"","exp":1735733700})",
          R"({"sub":null,"exp":1735733700})", R"({"sub":{"$ne":1},"exp":1735733700})",
          R"({"sub":"u1","exp":"1735733700"})", R"({"sub":"u1","exp":-1})", R"({"sub":"u1","exp":1e300})",
          R"({"sub":"u1","exp":99999999999999999999})", R"({"sub":"u1","exp":null})",
          R"({"sub":"u\u0000","exp":1735733700})", R"(["u1"])", "", "{", R"({"sub":"u1","exp":1735733700}x)",
          R"({"sub":"u1","exp":1735733700,"nbf":1735732801})",
          R"({"sub":"u1","sid":["s"],"exp":1735733700})"})
        EXPECT_EQ(state_of(payload), token_state::invalid) << payload;
}

TEST(security_jwt, reads_tokens_of_older_back_ends)
{
    const jwt_key key(secret);
    const auto number = key.verify(forge(header, R"({"id":17,"iat":1735732800,"exp":1735733700.5})"), noon);
    ASSERT_EQ(number.state, token_state::valid);
    EXPECT_EQ(number.claims.user_id, "17");
    EXPECT_TRUE(number.claims.type.empty());
    EXPECT_TRUE(number.claims.session_id.empty());
    const auto torn = key.verify(forge(header, R"({"userId":"a","id":"b","exp":1735733700})"), noon);
    EXPECT_EQ(torn.claims.user_id, "a");
    EXPECT_FALSE(torn.claims.ids_agree);
}

} // namespace
} // namespace chatd::security
