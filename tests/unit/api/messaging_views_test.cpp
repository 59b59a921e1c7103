#include "messaging/views.hpp"
#include "unit/chat/world.hpp"

#include <gtest/gtest.h>

namespace chatd::api::messaging {
namespace {

chat::message sample()
{
    chat::message m;
    m.id = "m1";
    m.conversation_id = "c1";
    m.seq = 7;
    m.sender = {"u1", "ada", "ada@x.y", std::nullopt, true, std::nullopt};
    m.content = "say \"hi\"";
    m.created_at = m.updated_at = from_millis(0);
    return m;
}

constexpr auto sample_json =
    R"({"id":"m1","_id":"m1","conversationId":"c1","conversation":"c1","seq":7,"senderId":"u1",)"
    R"("sender":{"id":"u1","_id":"u1","username":"ada","email":"ada@x.y","avatar":null},)"
    R"("content":"say \"hi\"","messageType":"text","metadata":null,"isRead":false,"readAt":null,"readBy":[],)"
    R"("readCount":0,"reactions":[],"editedAt":null,"isDeleted":false,)"
    R"("createdAt":"1970-01-01T00:00:00.000Z","updatedAt":"1970-01-01T00:00:00.000Z"})";

TEST(message_view, carries_every_field_of_the_contract)
{
    EXPECT_EQ(message_view(sample()), sample_json);
}

TEST(message_view, shows_what_is_optional_only_when_it_is_there)
{
    auto m = sample();
    m.metadata = R"({"a":1})";
    m.reply_to = "m0";
    m.client_message_id = "k";
    m.read_by = {{"u2", from_millis(1000)}, {"u3", from_millis(2000)}};
    m.read_count = 2;
    const auto json = message_view(m);
    for (
        const auto* part :
        {R"("metadata":{"a":1},"replyTo":"m0","clientMessageId":"k")",
         R"("isRead":true,"readAt":"1970-01-01T00:00:01.000Z","readBy":[{"user":"u2","readAt":"1970-01-01T00:00:01.000Z"},)",
         R"("readCount":2)"})
        EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;
}

TEST(with_itself, puts_an_object_beside_and_under_a_name)
{
    EXPECT_EQ(with_itself(R"({"a":1})", "user"), R"({"a":1,"user":{"a":1}})");
}

TEST(user_view, shows_numbers_to_their_owner_only)
{
    auto u = chat::fakes::make_user("u1", "ada");
    u.phone = "+905321112233";
    u.whatsapp_number = "+905321112244";
    json_writer own, others;
    write_user(own, u, detail::own);
    write_user(others, u, detail::others);
    EXPECT_NE(own.str().find("+905321112233"), std::string::npos);
    EXPECT_NE(own.str().find("+905321112244"), std::string::npos);
    EXPECT_EQ(others.str().find("+90"), std::string::npos);
    EXPECT_NE(others.str().find(R"("phone":null,"whatsappNumber":null)"), std::string::npos);
}

TEST(conversation_view, names_a_direct_conversation_after_the_other_one)
{
    chat::world w;
    w.core.online.connected("bob");
    json_writer json;
    write_conversation(json, w.conversation_rows.rows["c1"], w.core.online, "ada");
    const auto& s = json.str();
    EXPECT_NE(s.find(R"("kind":"direct","isDirect":true,"name":"bob")"), std::string::npos) << s;
    EXPECT_NE(s.find(R"("username":"bob","email":"","avatar":null,"isActive":true,"isOnline":true)"),
              std::string::npos)
        << s;
    EXPECT_NE(s.find(R"("lastMessage":null,"lastMessageDetails":null,"lastMessageAt":null)"),
              std::string::npos)
        << s;
}

} // namespace
} // namespace chatd::api::messaging
