#include "world.hpp"

#include <gtest/gtest.h>

namespace chatd::chat {
namespace {

TEST(conversation_service, opens_once_and_finds_it_from_both_sides_without_asking_to_open_again)
{
    world w;
    const auto first = w.run(w.core.conversations.open_direct(w.as("ada"), "eve"));
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->created);
    const auto again = w.run(w.core.conversations.open_direct(w.as("eve"), "ada"));
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->created);
    EXPECT_EQ(again->item.id, first->item.id);
    EXPECT_EQ(w.conversation_rows.opens, 1);
    ASSERT_EQ(w.opened.size(), 1U);
    EXPECT_EQ(w.opened[0].members->member_ids, (std::vector<std::string>{"ada", "eve"}));
    EXPECT_EQ(w.conversation_rows.member_loads, 0);
    EXPECT_TRUE(w.run(w.core.conversations.require_member(first->item.id, "eve")));
    EXPECT_EQ(w.conversation_rows.member_loads, 0) << "a new conversation is known already";
}

TEST(conversation_service, opens_anew_when_the_remembered_one_is_gone)
{
    world w;
    const auto first = w.run(w.core.conversations.open_direct(w.as("ada"), "eve"));
    w.conversation_rows.rows.erase(first->item.id);
    const auto second = w.run(w.core.conversations.open_direct(w.as("ada"), "eve"));
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->created);
    EXPECT_NE(second->item.id, first->item.id);
}

TEST(conversation_service, refuses_oneself_and_nobody)
{
    world w;
    const auto self = w.run(w.core.conversations.open_direct(w.as("ada"), "ada"));
    EXPECT_EQ(self.error().code, errc::invalid);
    EXPECT_EQ(self.error().detail, "Cannot create conversation with yourself");
    const auto nobody = w.run(w.core.conversations.open_direct(w.as("ada"), "nobody"));
    EXPECT_EQ(nobody.error().code, errc::not_found);
    EXPECT_EQ(nobody.error().detail, "Participant not found");
}

TEST(conversation_service, passes_calls_on_for_members_only)
{
    world w;
    const call_signalled call{"offer", "c1", w.as("ada"), "socket", R"({"callId":"1"})", nullptr};
    ASSERT_TRUE(w.run(w.core.conversations.signal_call(call)));
    ASSERT_EQ(w.calls.size(), 1U);
    EXPECT_EQ(w.calls[0].members->member_ids.size(), 2U);
    auto foreign = call;
    foreign.from = w.as("eve");
    EXPECT_EQ(w.run(w.core.conversations.signal_call(foreign)).error().code, errc::forbidden);
    EXPECT_EQ(w.calls.size(), 1U);
}

TEST(lru_cache, forgets_the_least_recently_used)
{
    lru_cache<int> cache(2);
    cache.put("a", 1);
    cache.put("b", 2);
    ASSERT_NE(cache.find("a"), nullptr);
    cache.put("c", 3);
    EXPECT_EQ(cache.find("b"), nullptr);
    EXPECT_EQ(cache.add("a", 9), 1) << "add keeps what is there";
    EXPECT_EQ(cache.put("a", 9), 9);
    cache.erase("a");
    cache.erase("a");
    EXPECT_EQ(cache.find("a"), nullptr);
    EXPECT_EQ(cache.size(), 1U);
}

} // namespace
} // namespace chatd::chat
