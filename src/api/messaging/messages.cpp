#include "product.hpp"
#include "views.hpp"

#include <chatd/base/text.hpp>

#include <algorithm>
#include <utility>

namespace chatd::api::messaging {

namespace {

constexpr std::int64_t max_plain_list = 1000;

struct page_input : paging {
    std::optional<std::string> before, after;
};

using send_input = chat::message_input;

schema::object<page_input> page_shape()
{
    schema::object<page_input> shape;
    add_paging(shape);
    shape.optional("before", &page_input::before, schema::id{})
        .described("A message id or seq: what is older.");
    shape.optional("after", &page_input::after, schema::id{})
        .described("A message id or seq: what is newer.");
    return shape;
}

schema::object<send_input> send_shape()
{
    using in = send_input;
    schema::object<in> shape;
    shape.required("conversationId", &in::conversation_id, schema::id{}).or_named("roomId");
    shape.required("content", &in::content, {.min = 1, .max = 65'536, .trimmed = true})
        .described("1 to 1000 characters (Unicode code points) in direct conversations and groups.");
    shape.optional("clientMessageId", &in::client_message_id,
                   {.min = 1, .max = 64, .counted_in = schema::unit::bytes});
    shape.optional("messageType", &in::type,
                   {.one_of = {"text", "file", "image", "audio", "video", "manual"}});
    shape.optional("metadata", &in::metadata, schema::json_object{});
    shape.optional("replyTo", &in::reply_to, schema::id{});
    shape.optional("fileId", &in::file_id, schema::id{});
    return shape;
}

std::string messages_view(const std::vector<chat::message>& messages)
{
    json_writer w;
    w.reserve(messages.size() * 768 + 2);
    w.begin_array();
    for (const auto& m : messages)
        write_message(w, m);
    return std::move(w.end_array()).take();
}

outcome history(chat::core& core, call<page_input> c)
{
    chat::page_request p;
    p.page = c.in.page;
    p.limit = c.in.limit.value_or(p.limit);
    p.before = std::move(c.in.before);
    p.after = std::move(c.in.after);
    auto found = co_await core.messages.list(std::move(c.by.who), c.path("id"), std::move(p));
    if (!found)
        co_return std::move(found).error();
    reply r;
    r.message = "Messages";
    r.pagination = pagination_view(found->info);
    r.data = "{\"messages\":" + messages_view(found->items) + ",\"pagination\":" + r.pagination + "}";
    r.conditional = true;
    co_return r;
}

outcome newest(chat::core& core, chat::principal who, std::string conversation_id)
{
    chat::page_request p;
    p.limit = max_plain_list;
    auto found = co_await core.messages.list(std::move(who), std::move(conversation_id), std::move(p));
    if (!found)
        co_return std::move(found).error();
    reply r(messages_view(found->items));
    r.message = "Messages";
    r.pagination = pagination_view(found->info);
    r.conditional = true;
    co_return r;
}

/// The id is a conversation's or a message's (section 5).
outcome find(chat::core& core, call<nothing> c)
{
    auto id = c.path("id");
    auto members = co_await core.conversations.require_member(id, c.by.who.user_id);
    if (members)
        co_return co_await newest(core, std::move(c.by.who), std::move(id));
    if (members.error().code != errc::not_found)
        co_return std::move(members).error();
    auto found = co_await core.messages.find(std::move(c.by.who), std::move(id));
    if (!found)
        co_return found.error().code == errc::not_found ? error(errc::not_found, "Message not found")
                                                        : std::move(found).error();
    co_return reply(with_itself(message_view(*found), "message"));
}

/// A header is any bytes; what becomes part of an answer must be text.
result<std::optional<std::string>> client_id_of(std::string header)
{
    if (header.empty())
        return std::optional<std::string>();
    if (!std::all_of(header.begin(), header.end(), [](char ch) { return ch >= ' ' && ch <= '~'; }))
        return invalid_field("clientMessageId", "Idempotency-Key must be printable ASCII");
    return std::optional(std::move(header));
}

async::task<result<chat::posted>> post(chat::core& core, call<send_input> c)
{
    if (!c.in.client_message_id) {
        auto id = client_id_of(std::move(c.by.idempotency_key));
        if (!id)
            co_return std::move(id).error();
        c.in.client_message_id = std::move(*id);
    }
    co_return co_await core.messages.post(std::move(c.by.who), std::move(c.in));
}

/// `data` = the message's fields and `data.message`; a repeat is a 200 whatever a new one is.
outcome post_for_rest(chat::core& core, call<send_input> c, std::uint16_t status)
{
    auto posted = co_await post(core, std::move(c));
    if (!posted)
        co_return std::move(posted).error();
    reply r(with_itself(message_view(*posted->item), "message"));
    r.status = posted->repeated ? 200 : status;
    r.message = "Message sent successfully";
    co_return r;
}

outcome create(chat::core& core, call<send_input> c)
{
    return post_for_rest(core, std::move(c), 201);
}

outcome send(chat::core& core, call<send_input> c)
{
    return post_for_rest(core, std::move(c), 200);
}

/// REST sends are counted by the pipeline, under the same key.
result<void> count_send(chat::core& core, const chat::principal& who)
{
    const auto& limits = core.settings.limits;
    if (!limits.enabled)
        return {};
    const auto v = core.limits.hit("messages/" + who.user_id, limits.messages);
    if (v.allowed)
        return {};
    error refused(errc::rate_limited);
    refused.retry_after = v.reset;
    return refused;
}

outcome send_by_socket(chat::core& core, call<send_input> c)
{
    if (auto admitted = count_send(core, c.by.who); !admitted)
        co_return admitted.error();
    auto posted = co_await post(core, std::move(c));
    if (!posted)
        co_return std::move(posted).error();
    co_return reply("{\"message\":" + message_view(*posted->item) + "}");
}

} // namespace

void add_messages(chat::core& core, route_table& routes, event_table& events)
{
    using http::method;
    routes
        .add(method::get, "/api/messages/conversations/:id", "messages",
             "History by page or cursor, newest page first")
        .answers(200, "MessagePage")
        .answers(304, "")
        .answers(403, "Error")
        .to(core, page_shape(), history);
    routes
        .add(method::get, "/api/messages/:id", "messages",
             "The newest messages of a conversation, or one message")
        .answers(200, "MessagesOrMessage")
        .answers(304, "")
        .answers(403, "Error")
        .to(core, find);
    routes.add(method::post, "/api/messages", "messages", "Send a message")
        .counted_as(limit::messages)
        .answers(200, "MessageAnswer")
        .answers(201, "MessageAnswer")
        .answers(403, "Error")
        .answers(404, "Error")
        .answers(409, "Error")
        .to(core, send_shape(), create);
    routes.add(method::post, "/api/messages/send", "messages", "Send a message, as document 001 has it")
        .counted_as(limit::messages)
        .answers(200, "MessageAnswer")
        .answers(403, "Error")
        .answers(404, "Error")
        .answers(409, "Error")
        .to(core, send_shape(), send);
    events.add("send_message", "Sends a message; every socket of every member hears `message_received`", core,
               send_shape(), send_by_socket);
}

} // namespace chatd::api::messaging
