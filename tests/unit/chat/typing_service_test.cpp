#include "world.hpp"

#include <gtest/gtest.h>

namespace chatd::chat {
namespace {

using std::chrono::milliseconds;

/// What has been announced, e.g. "+ - +".
std::string edges(const world& w)
{
    std::string s;
    for (const auto& e : w.typing)
        s += e.active ? '+' : '-';
    return s;
}

TEST(typing_service, repeats_a_start_at_most_once_per_second_and_a_change_at_once)
{
    world w;
    const auto start = [&] { ASSERT_TRUE(w.run(w.core.typing.start(w.as("ada"), "c1"))); };
    const auto stop = [&] { ASSERT_TRUE(w.run(w.core.typing.stop(w.as("ada"), "c1"))); };
    start();
    start();
    EXPECT_EQ(edges(w), "+");
    w.time.advance(milliseconds{999});
    start();
    EXPECT_EQ(edges(w), "+");
    w.time.advance(milliseconds{1});
    start();
    EXPECT_EQ(edges(w), "++");
    stop();
    stop();
    EXPECT_EQ(edges(w), "++-");
    start();
    EXPECT_EQ(edges(w), "++-+");
    EXPECT_EQ(w.typing.back().username, "ada");
    EXPECT_EQ(w.typing.back().conversation_id, "c1");
    EXPECT_EQ(w.typing.back().members->member_ids.size(), 2U);
}

TEST(typing_service, stops_by_itself)
{
    auto o = world::quick();
    o.typing_expiry = milliseconds{20};
    world w(o);
    ASSERT_TRUE(w.run(w.core.typing.start(w.as("ada"), "c1")));
    while (w.typing.size() < 2)
        w.loop.io().run_one();
    EXPECT_EQ(edges(w), "+-");
}

TEST(typing_service, stops_with_the_message_of_the_typist_only)
{
    world w;
    ASSERT_TRUE(w.run(w.core.typing.start(w.as("ada"), "c1")));
    message_input in;
    in.conversation_id = "c1";
    in.content = "x";
    ASSERT_TRUE(w.run(w.core.messages.post(w.as("bob"), in)));
    EXPECT_EQ(edges(w), "+");
    ASSERT_TRUE(w.run(w.core.messages.post(w.as("ada"), in)));
    EXPECT_EQ(edges(w), "+-");
}

TEST(typing_service, stops_everywhere_with_the_last_socket)
{
    world w;
    w.conversation_rows.add_direct("c2", "ada", "eve");
    w.user_rows.add(fakes::make_user("ada2", "ada2"));
    w.conversation_rows.add_direct("c3", "ada2", "eve");
    w.core.online.connected("ada");
    w.core.online.connected("ada");
    for (const auto* id : {"c1", "c2"})
        ASSERT_TRUE(w.run(w.core.typing.start(w.as("ada"), id)));
    ASSERT_TRUE(w.run(w.core.typing.start(w.as("ada2"), "c3")));
    w.core.online.disconnected("ada");
    EXPECT_EQ(edges(w), "+++");
    w.core.online.disconnected("ada");
    EXPECT_EQ(edges(w), "+++--");
    w.core.typing.stopped("ada2", "c3");
    EXPECT_EQ(edges(w), "+++---");
}

TEST(typing_service, is_for_members)
{
    world w;
    EXPECT_EQ(w.run(w.core.typing.start(w.as("eve"), "c1")).error().code, errc::forbidden);
    EXPECT_EQ(w.run(w.core.typing.stop(w.as("eve"), "c1")).error().code, errc::forbidden);
    EXPECT_EQ(w.run(w.core.typing.start(w.as("eve"), "c7")).error().code, errc::not_found);
    EXPECT_TRUE(w.typing.empty());
}

} // namespace
} // namespace chatd::chat
