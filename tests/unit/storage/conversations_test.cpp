#include "conversation_list.hpp"
#include "fixture.hpp"

#include <algorithm>
#include <random>

namespace chatd::storage {
namespace {

class conversations : public store_test {};

TEST_F(conversations, a_pair_has_one_whoever_asks)
{
    add_users({"ann", "bob"});
    auto first = open_direct(db(), {"ann", "bob", "c1", tick()});
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->created);
    EXPECT_EQ(first->item.participants.size(), 2u);
    EXPECT_EQ(first->item.participant_count, 2);
    EXPECT_FALSE(first->item.last_message);
    auto second = open_direct(db(), {"bob", "ann", "c2", tick()});
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->created);
    EXPECT_EQ(second->item.id, "c1");
    EXPECT_EQ(open_direct(db(), {"ann", "nobody", "c3", tick()}).error().code, errc::not_found);

    auto gone = make_user("gone");
    gone.is_active = false;
    ASSERT_TRUE(create_user(db(), gone));
    EXPECT_EQ(open_direct(db(), {"ann", "gone", "c3", tick()}).error().code, errc::not_found);
}

TEST_F(conversations, show_their_last_message_and_members_only_to_members)
{
    add_users({"ann", "bob", "eve"});
    const auto c = direct("ann", "bob");
    send(c, "ann", "one");
    const auto last = send(c, "bob", "two");
    auto found = find_conversation(db(), c, "ann");
    ASSERT_TRUE(found);
    ASSERT_TRUE(found->last_message);
    EXPECT_EQ(found->last_message->id, last);
    EXPECT_EQ(found->last_message->content, "two");
    EXPECT_EQ(found->last_message->sender_username, "Name_bob");
    EXPECT_EQ(found->last_message_at, now());
    EXPECT_EQ(found->last_seq, 2);
    EXPECT_EQ(found->unread_count, 1);
    EXPECT_EQ(find_conversation(db(), c, "eve").error().code, errc::forbidden);
    EXPECT_EQ(find_conversation(db(), "nowhere", "ann").error().code, errc::not_found);

    auto members = find_members(db(), c);
    ASSERT_TRUE(members);
    std::sort(members->member_ids.begin(), members->member_ids.end());
    EXPECT_EQ(members->member_ids, (std::vector<std::string>{"ann", "bob"}));
    EXPECT_EQ(*find_contacts(db(), "ann", 10), std::vector<std::string>{"bob"});
    EXPECT_TRUE(find_contacts(db(), "eve", 10)->empty());
}

/// All pages of a list, by cursor.
std::vector<std::string> walk(sql::connection& db, std::int64_t limit)
{
    std::vector<std::string> ids;
    chat::page_request p{1, limit, {}, {}};
    for (;;) {
        auto page = list_conversations(db, "me", p);
        EXPECT_TRUE(page) << (page ? "" : page.error().detail);
        if (!page)
            return ids;
        for (const auto& c : page->items)
            ids.push_back(c.id);
        EXPECT_EQ(page->info.has_more, page->info.next_cursor.has_value());
        if (!page->info.has_more)
            return ids;
        p.before = page->info.next_cursor;
    }
}

// The order is rewritten only where it changes: here activity comes at every pace.
class lists : public conversations, public testing::WithParamInterface<unsigned> {};

TEST_P(lists, are_newest_activity_first_at_every_pace)
{
    std::mt19937 random(GetParam());
    add_users({"me"});
    std::vector<std::pair<timestamp, std::string>> expected; // activity, id
    for (int i = 0; i < 40; ++i) {
        const auto id = "u" + std::to_string(i);
        ASSERT_TRUE(create_user(db(), make_user(id)));
        const auto c = direct("me", id);
        expected.emplace_back(now(), c);
    }
    for (int i = 0; i < 400; ++i) {
        wait(std::chrono::milliseconds(random() % (1u << (random() % 18))));
        auto& [active_at, id] = expected[random() % expected.size()];
        send(id, "me");
        active_at = now();
        if (i % 40 != 0)
            continue;
        auto sorted = expected;
        std::sort(sorted.rbegin(), sorted.rend());
        std::vector<std::string> ids;
        for (const auto& [at, c] : sorted)
            ids.push_back(c);
        ASSERT_EQ(walk(db(), 7), ids);
        ASSERT_EQ(walk(db(), 50), ids);
        auto third = list_conversations(db(), "me", {3, 6, {}, {}});
        ASSERT_TRUE(third);
        EXPECT_EQ(third->info.total, 40);
        for (std::size_t n = 0; n < 6; ++n)
            ASSERT_EQ(third->items[n].id, ids[12 + n]);
    }
}

INSTANTIATE_TEST_SUITE_P(seeds, lists, testing::Range(1u, 6u));

TEST_F(conversations, activities_within_one_millisecond_keep_their_order)
{
    add_users({"me", "ann", "bob", "eve"});
    for (const auto* other : {"ann", "bob", "eve"})
        ASSERT_TRUE(open_direct(db(), {"me", other, std::string("c-") + other, now()}));
    EXPECT_EQ(walk(db(), 10), (std::vector<std::string>{"c-eve", "c-bob", "c-ann"}));
    for (const auto* c : {"c-bob", "c-ann"}) {
        auto d = draft(c, "me");
        d.created_at = from_millis(to_millis(now()) - 1);
        ASSERT_TRUE(append_message(db(), d));
    }
    EXPECT_EQ(walk(db(), 10), (std::vector<std::string>{"c-ann", "c-bob", "c-eve"}));
}

TEST_F(conversations, cursors_of_lists)
{
    add_users({"me", "a"});
    direct("me", "a");
    EXPECT_EQ(list_conversations(db(), "me", {1, 5, "nonsense", {}}).error().code, errc::invalid);
    EXPECT_EQ(list_conversations(db(), "me", {1, 5, {}, "x"}).error().code, errc::invalid);
    EXPECT_TRUE(list_conversations(db(), "me", {1, 5, "c-me-a", {}})->items.empty());
    EXPECT_EQ(list_conversations(db(), "nobody", {}).error().code, errc::not_found);
}

} // namespace
} // namespace chatd::storage
