#include "product.hpp"

#include <chatd/base/json_writer.hpp>

#include <utility>

namespace chatd::api::messaging {

namespace {

struct status_input {
    bool read_status = true;
};

struct position_input {
    std::optional<std::string> up_to;
};

struct mark_input {
    std::optional<std::string> message_id, conversation_id, up_to;
};

struct delivered_input {
    std::string message_id;
};

std::string change_view(const chat::read_change& change, bool is_read)
{
    json_writer w;
    w.begin_object().field("messageId", change.message_id).field("conversationId", change.conversation_id);
    w.field("isRead", is_read).key("readAt");
    if (is_read)
        w.value(change.read_at);
    else
        w.value(nullptr);
    return std::move(w.end_object()).take();
}

schema::object<status_input> status_shape()
{
    schema::object<status_input> shape;
    shape.optional("readStatus", &status_input::read_status).described("false takes the mark back.");
    return shape;
}

outcome mark_one(chat::core& core, call<status_input> c)
{
    const bool read = c.in.read_status;
    auto change = co_await (read ? core.reads.mark(std::move(c.by.who), c.path("id"))
                                 : core.reads.unmark(std::move(c.by.who), c.path("id")));
    if (!change)
        co_return change.error().code == errc::not_found ? error(errc::not_found, "Message not found")
                                                         : std::move(change).error();
    reply r(change_view(*change, read));
    r.message = read ? "Message marked as read" : "Message marked as unread";
    co_return r;
}

schema::object<position_input> position_shape()
{
    schema::object<position_input> shape;
    shape.optional("upTo", &position_input::up_to, schema::id{})
        .described("A message id or seq; absent: all.");
    return shape;
}

outcome mark_all(chat::core& core, call<position_input> c)
{
    auto change = co_await core.reads.mark_up_to(std::move(c.by.who), c.path("id"), std::move(c.in.up_to));
    if (!change)
        co_return std::move(change).error();
    reply r(change_view(*change, true));
    r.message = "Messages marked as read";
    co_return r;
}

schema::object<mark_input> mark_shape()
{
    using in = mark_input;
    schema::object<in> shape;
    shape.optional("messageId", &in::message_id, schema::id{});
    shape.optional("conversationId", &in::conversation_id, schema::id{}).or_named("roomId");
    shape.optional("upTo", &in::up_to, schema::id{});
    shape.condition("messageId", "messageId or conversationId is required",
                    [](const in& i) { return i.message_id || i.conversation_id; });
    shape.bare_value_is("messageId");
    return shape;
}

outcome mark_by_socket(chat::core& core, call<mark_input> c)
{
    auto& in = c.in;
    auto change =
        co_await (in.message_id ? core.reads.mark(std::move(c.by.who), std::move(*in.message_id))
                                : core.reads.mark_up_to(std::move(c.by.who), std::move(*in.conversation_id),
                                                        std::move(in.up_to)));
    if (!change)
        co_return std::move(change).error();
    co_return reply(change_view(*change, true));
}

schema::object<delivered_input> delivered_shape()
{
    schema::object<delivered_input> shape;
    shape.required("messageId", &delivered_input::message_id, schema::id{});
    shape.bare_value_is("messageId");
    return shape;
}

outcome delivered(chat::core& core, call<delivered_input> c)
{
    auto told = co_await core.reads.delivered(std::move(c.by.who), std::move(c.in.message_id));
    if (!told)
        co_return told.error();
    co_return reply();
}

} // namespace

void add_reads(chat::core& core, route_table& routes, event_table& events)
{
    using http::method;
    for (const auto verb : {method::patch, method::put})
        routes.add(verb, "/api/messages/:id/read", "reads", "Mark one message as read")
            .body_may_be_absent()
            .answers(200, "ReadAnswer")
            .answers(403, "Error")
            .to(core, status_shape(), mark_one);
    routes
        .add(method::post, "/api/messages/conversations/:id/read", "reads",
             "Mark all, or up to a message, as read")
        .body_may_be_absent()
        .answers(200, "ReadAnswer")
        .answers(403, "Error")
        .to(core, position_shape(), mark_all);
    for (const auto* name : {"message_read", "mark_read"})
        events.add(name, "Marks a message, or a conversation up to one; members hear `message_read_by`", core,
                   mark_shape(), mark_by_socket);
    events.add("message_delivered", "The author hears `message_delivered_to`", core, delivered_shape(),
               delivered);
}

} // namespace chatd::api::messaging
