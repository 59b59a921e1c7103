#include "world.hpp"

#include <gtest/gtest.h>

namespace chatd::chat {
namespace {

world with_audience(presence_audience a, std::int64_t all_up_to = 2000)
{
    auto o = world::quick();
    o.audience = a;
    o.audience_all_up_to = all_up_to;
    o.last_seen_interval = std::chrono::milliseconds{1};
    return world(o);
}

TEST(presence_service, tells_everybody_of_the_first_socket_and_the_end_of_the_linger)
{
    auto w = with_audience(presence_audience::all);
    w.core.online.connected("ada");
    w.core.online.connected("ada");
    ASSERT_EQ(w.presence.size(), 1U);
    EXPECT_TRUE(w.presence[0].online);
    EXPECT_EQ(w.presence[0].username, "ada");
    EXPECT_FALSE(w.presence[0].audience);
    w.core.online.disconnected("ada");
    w.core.online.disconnected("ada");
    EXPECT_EQ(w.presence.size(), 1U);
    w.online_rows.linger_over("ada");
    ASSERT_EQ(w.presence.size(), 2U);
    EXPECT_FALSE(w.presence[1].online);
}

TEST(presence_service, tells_only_contacts_who_are_online)
{
    auto w = with_audience(presence_audience::contacts);
    w.conversation_rows.contact_lists["ada"] = {"bob", "eve"};
    w.core.online.connected("bob");
    w.core.online.connected("ada");
    ASSERT_EQ(w.presence.size(), 2U);
    EXPECT_EQ(w.presence[1].audience, (std::vector<std::string>{"bob"}));
}

TEST(presence_service, changes_from_all_to_contacts_when_many_are_online)
{
    auto w = with_audience(presence_audience::automatic, 1);
    w.core.online.connected("bob");
    w.core.online.connected("ada");
    ASSERT_EQ(w.presence.size(), 2U);
    EXPECT_FALSE(w.presence[0].audience);
    EXPECT_TRUE(w.presence[1].audience);
}

TEST(presence_service, stores_last_seen_in_batches_and_shows_it_at_once)
{
    auto w = with_audience(presence_audience::all);
    for (const auto* name : {"ada", "bob"}) {
        w.core.online.connected(name);
        w.core.online.disconnected(name);
    }
    w.time.advance(std::chrono::milliseconds{500});
    w.online_rows.linger_over("ada");
    w.online_rows.linger_over("bob");
    EXPECT_TRUE(w.user_rows.touched.empty());
    const auto status = w.run(w.core.online.status("ada"));
    ASSERT_TRUE(status);
    EXPECT_FALSE(status->online);
    EXPECT_EQ(status->last_seen, w.time.now());
    while (w.user_rows.touched.empty())
        w.loop.io().run_one();
    ASSERT_EQ(w.user_rows.touched.size(), 1U);
    EXPECT_EQ(w.user_rows.touched[0].size(), 2U);
}

TEST(presence_service, keeps_last_seen_while_the_store_is_down)
{
    auto w = with_audience(presence_audience::all);
    w.core.online.connected("ada");
    w.core.online.disconnected("ada");
    w.online_rows.linger_over("ada");
    w.user_rows.down = true;
    w.loop.io().run_one();
    EXPECT_TRUE(w.user_rows.touched.empty());
    w.user_rows.down = false;
    while (w.user_rows.touched.empty())
        w.loop.io().run_one();
    EXPECT_EQ(w.user_rows.touched[0], (std::vector<std::string>{"ada"}));
}

TEST(presence_service, stores_everybody_at_stop)
{
    auto w = with_audience(presence_audience::all);
    w.core.online.connected("ada");
    bool done = false;
    w.core.stop([&] { done = true; });
    while (!done)
        w.loop.io().run_one();
    ASSERT_EQ(w.user_rows.touched.size(), 1U);
    EXPECT_EQ(w.user_rows.rows["ada"].last_seen, w.time.now());
}

TEST(presence_service, lists_contacts_first_and_counts_exactly)
{
    auto w = with_audience(presence_audience::all);
    w.conversation_rows.contact_lists["ada"] = {"eve", "gone"};
    for (const auto* name : {"ada", "bob", "eve"})
        w.core.online.connected(name);
    const auto list = w.run(w.core.online.list(w.as("ada")));
    ASSERT_TRUE(list);
    EXPECT_EQ(list->count, 3);
    ASSERT_EQ(list->users.size(), 3U);
    EXPECT_EQ(list->users[0]->id, "eve");
    EXPECT_EQ(w.run(w.core.online.status("nobody")).error().code, errc::not_found);
}

} // namespace
} // namespace chatd::chat
