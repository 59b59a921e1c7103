#include "world.hpp"

#include <gtest/gtest.h>

namespace chatd::chat {
namespace {

message_input text_to(std::string conversation, std::string content)
{
    message_input in;
    in.conversation_id = std::move(conversation);
    in.content = std::move(content);
    return in;
}

TEST(message_service, stores_then_announces_with_the_card_of_the_sender)
{
    world w;
    const auto sent = w.run(w.core.messages.post(w.as("ada"), text_to("c1", "  hello \n")));
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->item->content, "hello");
    EXPECT_EQ(sent->item->seq, 1);
    EXPECT_EQ(sent->item->sender.email, "ada@example.com");
    ASSERT_EQ(w.posts.size(), 1U);
    EXPECT_EQ(w.posts[0].item, sent->item);
    EXPECT_EQ(w.posts[0].members->member_ids, (std::vector<std::string>{"ada", "bob"}));
}

TEST(message_service, answers_a_repeat_again_without_announcing_it)
{
    world w;
    auto in = text_to("c1", "once");
    in.client_message_id = "k1";
    const auto first = w.run(w.core.messages.post(w.as("ada"), in));
    const auto again = w.run(w.core.messages.post(w.as("ada"), in));
    ASSERT_TRUE(first && again);
    EXPECT_FALSE(first->repeated);
    EXPECT_TRUE(again->repeated);
    EXPECT_EQ(again->item->id, first->item->id);
    EXPECT_EQ(w.posts.size(), 1U);

    in.content = "something else";
    const auto other = w.run(w.core.messages.post(w.as("ada"), in));
    EXPECT_EQ(other.error().code, errc::conflict);
    in.content = "once";
    EXPECT_FALSE(w.run(w.core.messages.post(w.as("bob"), in))->repeated) << "the id belongs to the sender";
}

TEST(message_service, knows_the_conversation_from_the_cache_the_second_time)
{
    world w;
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(w.run(w.core.messages.post(w.as("ada"), text_to("c1", "x"))));
    EXPECT_EQ(w.conversation_rows.member_loads, 1);
    EXPECT_EQ(w.user_rows.finds, 1);
}

struct refused_post {
    const char* what;
    std::string conversation, content;
    std::optional<std::string> type, client_id, reply_to;
    errc code;
    const char* field;
};

class refused_posts : public testing::TestWithParam<refused_post> {};

TEST_P(refused_posts, is_refused_and_nothing_is_stored)
{
    world w;
    const auto& p = GetParam();
    auto in = text_to(p.conversation, p.content);
    in.type = p.type;
    in.client_message_id = p.client_id;
    in.reply_to = p.reply_to;
    const auto sent = w.run(w.core.messages.post(w.as("ada"), in));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, p.code);
    ASSERT_EQ(sent.error().fields.size(), *p.field != 0 ? 1U : 0U);
    if (*p.field != 0)
        EXPECT_EQ(sent.error().fields[0].field, p.field);
    EXPECT_TRUE(w.message_rows.rows.empty());
    EXPECT_TRUE(w.posts.empty());
}

std::string umlauts(std::size_t n)
{
    std::string s;
    for (std::size_t i = 0; i < n; ++i)
        s += "ü";
    return s;
}

INSTANTIATE_TEST_SUITE_P(
    inputs, refused_posts,
    testing::Values(refused_post{"empty", "c1", "", {}, {}, {}, errc::invalid, "content"},
                    refused_post{"blank", "c1", " \n\t\u00a0", {}, {}, {}, errc::invalid, "content"},
                    refused_post{"too_long", "c1", umlauts(1001), {}, {}, {}, errc::invalid, "content"},
                    refused_post{"system", "c1", "x", "system", {}, {}, errc::invalid, "messageType"},
                    refused_post{"auto", "c1", "x", "automatic", {}, {}, errc::invalid, "messageType"},
                    refused_post{"offer", "c1", "x", "offer_update", {}, {}, errc::invalid, "messageType"},
                    refused_post{"no_type", "c1", "x", "TEXT", {}, {}, errc::invalid, "messageType"},
                    refused_post{"empty_id", "c1", "x", {}, "", {}, errc::invalid, "clientMessageId"},
                    refused_post{
                        "long_id", "c1", "x", {}, std::string(65, 'k'), {}, errc::invalid, "clientMessageId"},
                    refused_post{"bad_reply", "c1", "x", {}, {}, "no id", errc::invalid, "replyTo"},
                    refused_post{"unknown", "c9", "x", {}, {}, {}, errc::not_found, ""},
                    refused_post{"bad_form", "no id", "x", {}, {}, {}, errc::not_found, ""}),
    [](const auto& info) { return info.param.what; });

TEST(message_service, counts_code_points_not_bytes)
{
    world w;
    EXPECT_TRUE(w.run(w.core.messages.post(w.as("ada"), text_to("c1", umlauts(1000)))));
}

TEST(message_service, refuses_outsiders)
{
    world w;
    const auto sent = w.run(w.core.messages.post(w.as("eve"), text_to("c1", "me too")));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, errc::forbidden);
}

TEST(read_service, announces_a_change_and_only_a_change)
{
    world w;
    w.read_rows.next = {"c1", "m1", w.time.now(), true};
    ASSERT_TRUE(w.run(w.core.reads.mark(w.as("bob"), "m1")));
    w.read_rows.next.changed = false;
    ASSERT_TRUE(w.run(w.core.reads.mark(w.as("bob"), "m1")));
    ASSERT_TRUE(w.run(w.core.reads.mark_up_to(w.as("bob"), "c1", std::nullopt)));
    ASSERT_EQ(w.reads.size(), 1U);
    EXPECT_EQ(w.reads[0].reader_username, "bob");
    EXPECT_EQ(w.reads[0].members->member_ids.size(), 2U);
}

TEST(read_service, tells_the_author_of_a_delivery_but_nobody_of_his_own)
{
    world w;
    const auto sent = w.run(w.core.messages.post(w.as("ada"), text_to("c1", "x")));
    ASSERT_TRUE(w.run(w.core.reads.delivered(w.as("ada"), sent->item->id)));
    EXPECT_TRUE(w.deliveries.empty());
    ASSERT_TRUE(w.run(w.core.reads.delivered(w.as("bob"), sent->item->id)));
    ASSERT_EQ(w.deliveries.size(), 1U);
    EXPECT_EQ(w.deliveries[0].author_id, "ada");
    EXPECT_EQ(w.deliveries[0].user_id, "bob");
}

} // namespace
} // namespace chatd::chat
