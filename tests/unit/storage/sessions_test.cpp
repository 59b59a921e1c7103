#include "fixture.hpp"

namespace chatd::storage {
namespace {

using kind = chat::rotation::kind;
constexpr std::chrono::milliseconds grace{30'000};

class sessions : public store_test {
  protected:
    void SetUp() override
    {
        add_users({"u"});
        chat::session s;
        s.id = "s1";
        s.user_id = "u";
        s.ip = "127.0.0.1";
        s.user_agent = "test";
        s.jti = "j0";
        s.created_at = s.last_used_at = s.issued_at = now();
        ASSERT_TRUE(create_session(db(), s));
    }
    chat::rotation rotate(const std::string& presented, const std::string& next)
    {
        auto r = rotate_session(db(), {"s1", presented, next, now(), grace});
        EXPECT_TRUE(r);
        return r ? *r : chat::rotation{};
    }
};

TEST_F(sessions, a_token_rotates_once_and_its_replay_answers_the_same_successor)
{
    auto first = rotate("j0", "j1");
    EXPECT_EQ(first.outcome, kind::rotated);
    EXPECT_EQ(first.current.jti, "j1");
    EXPECT_EQ(first.current.generation, 1);
    wait(grace);
    auto replay = rotate("j0", "other");
    EXPECT_EQ(replay.outcome, kind::replayed_in_grace);
    EXPECT_EQ(replay.current.jti, "j1");
    EXPECT_EQ(replay.current.issued_at, first.current.issued_at);
    EXPECT_FALSE(find_session(db(), "s1")->revoked);
}

TEST_F(sessions, a_replay_after_the_grace_revokes)
{
    ASSERT_EQ(rotate("j0", "j1").outcome, kind::rotated);
    wait(grace + std::chrono::milliseconds(1));
    EXPECT_EQ(rotate("j0", "j2").outcome, kind::reuse_detected);
    EXPECT_TRUE(find_session(db(), "s1")->revoked);
    EXPECT_EQ(rotate("j1", "j2").outcome, kind::refused);
}

TEST_F(sessions, inside_the_grace_a_replay_is_only_refused_once_the_successor_was_used)
{
    ASSERT_EQ(rotate("j0", "j1").outcome, kind::rotated);
    ASSERT_EQ(rotate("j1", "j2").outcome, kind::rotated);
    EXPECT_EQ(rotate("j0", "x").outcome, kind::refused);
    EXPECT_EQ(rotate("j1", "x").outcome, kind::replayed_in_grace);
    EXPECT_FALSE(find_session(db(), "s1")->revoked);
    wait(grace + std::chrono::milliseconds(1));
    EXPECT_EQ(rotate("j0", "x").outcome, kind::reuse_detected);
}

TEST_F(sessions, an_unknown_session_is_refused)
{
    auto r = rotate_session(db(), {"nobody", "j0", "j1", now(), grace});
    ASSERT_TRUE(r);
    EXPECT_EQ(r->outcome, kind::refused);
}

TEST_F(sessions, are_listed_revoked_and_purged)
{
    chat::session s;
    s.id = "s2";
    s.user_id = "u";
    s.jti = "k0";
    s.created_at = s.last_used_at = s.issued_at = now() + std::chrono::seconds(5);
    ASSERT_TRUE(create_session(db(), s));
    auto live = list_sessions(db(), "u", now());
    ASSERT_TRUE(live);
    ASSERT_EQ(live->size(), 2u);
    EXPECT_EQ((*live)[0].id, "s2"); // last used first
    EXPECT_EQ(list_sessions(db(), "u", now() + std::chrono::seconds(1))->size(), 1u);

    auto revoked = revoke_sessions(db(), "u", "s2");
    ASSERT_TRUE(revoked);
    EXPECT_EQ(*revoked, std::vector<std::string>{"s1"});
    EXPECT_EQ(revoke_sessions(db(), "u", "s2")->size(), 0u);
    EXPECT_EQ(list_sessions(db(), "u", {})->size(), 1u);
    ASSERT_TRUE(revoke_session(db(), "s2"));
    EXPECT_TRUE(find_session(db(), "s2")->revoked);

    ASSERT_TRUE(purge_sessions(db(), now() + std::chrono::seconds(1)));
    EXPECT_EQ(find_session(db(), "s1").error().code, errc::not_found);
    EXPECT_TRUE(find_session(db(), "s2"));
}

} // namespace
} // namespace chatd::storage
