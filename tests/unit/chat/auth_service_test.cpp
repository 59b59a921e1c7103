#include "world.hpp"

#include <chatd/base/encoding.hpp>
#include <chatd/security/hash.hpp>
#include <chatd/security/jwt.hpp>

#include <gtest/gtest.h>

namespace chatd::chat {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

signed_in sign_in(world& w, const std::string& id = "ada")
{
    auto who = w.run(w.core.users.find(id));
    return *w.run(w.core.auth.open_session(*who, {"127.0.0.1", "test"}));
}

std::string refused(const result<principal>& r)
{
    return r ? "accepted" : std::string(to_string(r.error().code)) + " " + r.error().detail;
}

std::string access(world& w, const std::string& token)
{
    return refused(w.run(w.core.auth.verify_access(token)));
}

std::string socket(world& w, const std::string& token, std::optional<std::string> pid = {})
{
    return refused(w.run(w.core.auth.verify_socket(token, std::move(pid))));
}

TEST(auth_service, verifies_without_asking_the_stores_again)
{
    world w;
    const auto s = sign_in(w);
    const int before = w.user_rows.finds + w.session_rows.finds;
    for (int i = 0; i < 3; ++i) {
        const auto who = w.run(w.core.auth.verify_access(s.tokens.access));
        ASSERT_TRUE(who);
        EXPECT_EQ(who->user_id, "ada");
        EXPECT_EQ(who->email, "ada@example.com");
    }
    EXPECT_EQ(w.user_rows.finds + w.session_rows.finds, before);
    EXPECT_EQ(s.tokens.expires_in, "15m");
}

TEST(auth_service, says_in_the_words_of_the_contract_what_is_wrong)
{
    world w;
    const auto s = sign_in(w);
    EXPECT_EQ(access(w, ""), "UNAUTHORIZED Access token is required");
    EXPECT_EQ(access(w, "x.y.z"), "UNAUTHORIZED Invalid or expired token");
    EXPECT_EQ(access(w, s.tokens.refresh), "UNAUTHORIZED Invalid or expired token");
    EXPECT_EQ(socket(w, ""), "UNAUTHORIZED Authentication token required");
    EXPECT_EQ(socket(w, "x.y.z"), "UNAUTHORIZED Invalid access token");

    w.time.advance(minutes{16});
    EXPECT_EQ(access(w, s.tokens.access), "UNAUTHORIZED Invalid or expired token");
    EXPECT_EQ(socket(w, s.tokens.access), "UNAUTHORIZED Token has expired");

    const auto t = sign_in(w);
    ASSERT_TRUE(
        w.run(w.core.auth.logout(*w.run(w.core.auth.verify_access(t.tokens.access)), t.tokens.access)));
    EXPECT_EQ(access(w, t.tokens.access), "UNAUTHORIZED Token has been invalidated");
    EXPECT_EQ(socket(w, t.tokens.access), "UNAUTHORIZED Token has been revoked");
    ASSERT_EQ(w.revoked.size(), 1U);

    const auto u = sign_in(w, "eve");
    auto gone = w.user_rows.rows["eve"];
    gone.is_active = false;
    w.core.users.remember(gone);
    EXPECT_EQ(access(w, u.tokens.access), "UNAUTHORIZED Token has been invalidated");
    EXPECT_EQ(socket(w, u.tokens.access), "UNAUTHORIZED User not found or inactive");
}

TEST(auth_service, tells_a_failing_store_from_a_bad_token)
{
    world w;
    security::token_claims c;
    c.user_id = "unknown";
    c.type = "access";
    c.session_id = "s9";
    c.token_id = "0.x";
    c.issued_at = std::chrono::floor<seconds>(w.time.now());
    c.expires_at = c.issued_at + minutes{5};
    session s;
    s.id = "s9";
    s.user_id = "unknown";
    s.issued_at = w.time.now();
    w.session_rows.rows["s9"] = s;
    w.user_rows.down = true;
    const auto token = security::jwt_key(world::quick().auth.access_secret).sign_access(c);
    EXPECT_EQ(access(w, token), "UNAVAILABLE ");
    w.user_rows.down = false;
    EXPECT_EQ(socket(w, token), "UNAUTHORIZED User not found or inactive");
}

TEST(auth_service, rotates_and_answers_a_replay_in_the_grace_with_the_same_pair)
{
    world w;
    const auto first = sign_in(w);
    w.time.advance(seconds{5});
    const auto second = w.run(w.core.auth.refresh(first.tokens.refresh));
    ASSERT_TRUE(second);
    EXPECT_NE(second->tokens.refresh, first.tokens.refresh);
    w.time.advance(seconds{29});
    const auto replay = w.run(w.core.auth.refresh(first.tokens.refresh));
    ASSERT_TRUE(replay);
    EXPECT_EQ(replay->tokens.refresh, second->tokens.refresh);
    EXPECT_EQ(replay->tokens.access, second->tokens.access);
    EXPECT_EQ(access(w, first.tokens.access), "accepted") << "of the same session, and not yet expired";
}

TEST(auth_service, refuses_a_replay_whose_successor_was_used_and_revokes_nothing)
{
    world w;
    const auto first = sign_in(w);
    const auto second = w.run(w.core.auth.refresh(first.tokens.refresh));
    const auto third = w.run(w.core.auth.refresh(second->tokens.refresh));
    ASSERT_TRUE(third);
    EXPECT_EQ(w.run(w.core.auth.refresh(first.tokens.refresh)).error().code, errc::unauthorized);
    EXPECT_EQ(access(w, third->tokens.access), "accepted");
    EXPECT_TRUE(w.revoked.empty());
}

TEST(auth_service, revokes_the_session_when_a_spent_token_comes_back_after_the_grace)
{
    world w;
    const auto first = sign_in(w);
    const auto second = w.run(w.core.auth.refresh(first.tokens.refresh));
    w.time.advance(seconds{31});
    EXPECT_EQ(w.run(w.core.auth.refresh(first.tokens.refresh)).error().code, errc::unauthorized);
    EXPECT_EQ(access(w, second->tokens.access), "UNAUTHORIZED Token has been invalidated");
    EXPECT_EQ(w.run(w.core.auth.refresh(second->tokens.refresh)).error().code, errc::unauthorized);
    ASSERT_EQ(w.revoked.size(), 1U);
    EXPECT_EQ(w.revoked[0].user_id, "ada");
}

TEST(auth_service, ends_the_grace_with_the_logout)
{
    world w;
    const auto first = sign_in(w);
    const auto second = w.run(w.core.auth.refresh(first.tokens.refresh));
    const auto who = w.run(w.core.auth.verify_access(second->tokens.access));
    ASSERT_TRUE(w.run(w.core.auth.logout(*who, second->tokens.access)));
    EXPECT_FALSE(w.run(w.core.auth.refresh(first.tokens.refresh)));
    EXPECT_FALSE(w.run(w.core.auth.refresh(second->tokens.refresh)));
}

struct forged_refresh {
    const char* what;
    void (*change)(security::token_claims&);
};

class forged_refreshes : public testing::TestWithParam<forged_refresh> {};

TEST_P(forged_refreshes, are_refused_and_revoke_nothing)
{
    world w;
    const auto s = sign_in(w);
    const security::jwt_key key(world::quick().auth.refresh_secret);
    auto claims = key.verify(s.tokens.refresh, w.time.now()).claims;
    GetParam().change(claims);
    const auto token = claims.type == "access" ? key.sign_access(claims) : key.sign_refresh(claims);
    EXPECT_EQ(w.run(w.core.auth.refresh(token)).error().code, errc::unauthorized);
    EXPECT_TRUE(w.run(w.core.auth.refresh(s.tokens.refresh)));
}

INSTANTIATE_TEST_SUITE_P(
    table, forged_refreshes,
    testing::Values(forged_refresh{"access_type", [](auto& c) { c.type = "access"; }},
                    forged_refresh{"no_session", [](auto& c) { c.session_id.clear(); }},
                    forged_refresh{"unknown_session", [](auto& c) { c.session_id = "other"; }},
                    forged_refresh{"foreign_id", [](auto& c) { c.token_id = "never-issued"; }},
                    forged_refresh{"no_generation", [](auto& c) { c.token_id = ".x"; }},
                    forged_refresh{"negative_generation", [](auto& c) { c.token_id = "-1.x"; }},
                    forged_refresh{"expired", [](auto& c) { c.expires_at = c.issued_at - seconds{1}; }}),
    [](const auto& info) { return info.param.what; });

TEST(auth_service, lets_an_expired_token_in_with_the_recovery_id_of_the_same_living_session)
{
    world w;
    const auto s = sign_in(w);
    const auto who = *w.run(w.core.auth.verify_access(s.tokens.access));
    const auto pid = w.core.auth.issue_pid("ada", who.session_id);
    EXPECT_EQ(pid.size(), 35U);
    EXPECT_NE(pid, w.core.auth.issue_pid("ada", who.session_id));
    w.time.advance(hours{2});
    EXPECT_EQ(socket(w, s.tokens.access), "UNAUTHORIZED Token has expired");
    EXPECT_EQ(socket(w, s.tokens.access, pid), "accepted");
    EXPECT_EQ(socket(w, s.tokens.access, w.core.auth.issue_pid("ada", "other")),
              "UNAUTHORIZED Token has expired");
    EXPECT_EQ(socket(w, s.tokens.access, w.core.auth.issue_pid("bob", who.session_id)),
              "UNAUTHORIZED Token has expired");
    for (const auto* wrong : {"", ".", "x", "aaaaaaaaaaaa.", "aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbb"})
        EXPECT_EQ(socket(w, s.tokens.access, wrong), "UNAUTHORIZED Token has expired") << wrong;
    EXPECT_EQ(access(w, s.tokens.access), "UNAUTHORIZED Invalid or expired token")
        << "REST knows no such exception";

    w.time.advance(hours{24 * 7});
    EXPECT_EQ(socket(w, s.tokens.access, pid), "UNAUTHORIZED Token has expired") << "the session has run out";
    const auto t = sign_in(w);
    const auto other = *w.run(w.core.auth.verify_access(t.tokens.access));
    ASSERT_TRUE(w.run(w.core.auth.logout(other, t.tokens.access)));
    w.time.advance(hours{1});
    EXPECT_EQ(socket(w, t.tokens.access, w.core.auth.issue_pid("ada", other.session_id)),
              "UNAUTHORIZED Token has been revoked");
}

TEST(auth_service, lets_expired_tokens_of_living_sessions_in_when_told_so)
{
    auto o = world::quick();
    o.auth.expired_token_opens_socket = true;
    world w(o);
    const auto s = sign_in(w);
    w.time.advance(hours{1});
    EXPECT_EQ(socket(w, s.tokens.access), "accepted");
}

TEST(auth_service, signs_out_single_devices_others_and_all)
{
    world w;
    const auto phone = sign_in(w);
    const auto desk = sign_in(w);
    const auto stranger = *w.run(w.core.auth.verify_access(sign_in(w, "bob").tokens.access));
    const auto me = *w.run(w.core.auth.verify_access(phone.tokens.access));
    const auto there = *w.run(w.core.auth.verify_access(desk.tokens.access));
    EXPECT_EQ(w.run(w.core.auth.sessions(me))->size(), 2U);
    EXPECT_EQ(w.run(w.core.auth.revoke_session(stranger, me.session_id)).error().code, errc::not_found);
    EXPECT_EQ(w.run(w.core.auth.revoke_session(me, "no id")).error().code, errc::not_found);
    ASSERT_TRUE(w.run(w.core.auth.revoke_session(me, there.session_id)));
    EXPECT_EQ(access(w, desk.tokens.access), "UNAUTHORIZED Token has been invalidated");
    EXPECT_EQ(w.run(w.core.auth.revoke_session(me, there.session_id)).error().code, errc::not_found);
    EXPECT_EQ(access(w, phone.tokens.access), "accepted");
    ASSERT_TRUE(w.run(w.core.auth.logout_all(me)));
    EXPECT_EQ(access(w, phone.tokens.access), "UNAUTHORIZED Token has been invalidated");
    EXPECT_EQ(w.signed_out.size(), 1U);
}

/// A token of an older back end: neither type nor session.
std::string legacy(const std::string& claims)
{
    const auto encode = [](std::string_view s) { return encoding::to_base64url(s); };
    const auto part = encode(R"({"alg":"HS256","typ":"JWT"})") + "." + encode(claims);
    return part + "." + encode(security::hmac_sha256(world::quick().auth.access_secret, part));
}

struct legacy_case {
    const char* what;
    std::string ids;
    std::int64_t issued, life;
    const char* answer;
};

class legacy_tokens : public testing::TestWithParam<legacy_case> {};

TEST_P(legacy_tokens, are_judged)
{
    auto o = world::quick();
    o.auth.accept_legacy = true;
    world w(o);
    const auto& p = GetParam();
    const auto now = std::chrono::floor<seconds>(w.time.now()).time_since_epoch().count();
    auto changed = w.user_rows.rows["ada"];
    changed.password_changed_at = from_millis((now - 100) * 1000);
    w.user_rows.rows["ada"] = changed;
    const auto token = legacy("{" + p.ids + ",\"iat\":" + std::to_string(now + p.issued) +
                              ",\"exp\":" + std::to_string(now + p.issued + p.life) + "}");
    EXPECT_EQ(access(w, token), p.answer);
}

constexpr auto invalid = "UNAUTHORIZED Invalid or expired token";
INSTANTIATE_TEST_SUITE_P(
    table, legacy_tokens,
    testing::Values(legacy_case{"sub", R"("sub":"ada")", -10, 3600, "accepted"},
                    legacy_case{"user_id", R"("userId":"ada")", -10, 3600, "accepted"},
                    legacy_case{"id", R"("id":"ada")", -10, 3600, "accepted"},
                    legacy_case{"agreeing", R"("id":"ada","sub":"ada")", -10, 3600, "accepted"},
                    legacy_case{"differing", R"("id":"ada","sub":"bob")", -10, 3600, invalid},
                    legacy_case{"nobody", R"("x":1)", -10, 3600, invalid},
                    legacy_case{"long_life", R"("sub":"ada")", -10, 86'401, invalid},
                    legacy_case{"before_password", R"("sub":"ada")", -101, 3600, invalid},
                    legacy_case{"expired", R"("sub":"ada")", -90, 80, invalid},
                    legacy_case{"unknown", R"("sub":"zoe")", -10, 3600,
                                "UNAUTHORIZED Token has been invalidated"},
                    legacy_case{"half_new", R"("sub":"ada","sid":"s1")", -10, 3600, invalid}),
    [](const auto& info) { return info.param.what; });

TEST(auth_service, blacklists_a_legacy_token_at_logout)
{
    auto o = world::quick();
    o.auth.accept_legacy = true;
    world w(o);
    const auto now = std::chrono::floor<seconds>(w.time.now()).time_since_epoch().count();
    const auto token = legacy("{\"sub\":\"ada\",\"iat\":" + std::to_string(now) +
                              ",\"exp\":" + std::to_string(now + 600) + "}");
    const auto who = w.run(w.core.auth.verify_access(token));
    ASSERT_TRUE(who);
    EXPECT_TRUE(who->session_id.empty());
    ASSERT_TRUE(w.run(w.core.auth.logout(*who, token)));
    EXPECT_EQ(access(w, token), "UNAUTHORIZED Token has been invalidated");
    EXPECT_EQ(w.session_rows.black.size(), 1U);
}

} // namespace
} // namespace chatd::chat
