#include "product.hpp"

#include <chatd/base/json_writer.hpp>

#include <utility>

namespace chatd::api::messaging {

namespace {

struct room_input {
    std::string conversation_id;
};

schema::object<room_input> room_shape()
{
    schema::object<room_input> shape;
    shape.required("conversationId", &room_input::conversation_id, schema::id{}).or_named("roomId");
    shape.bare_value_is("conversationId");
    return shape;
}

/// A member hears a conversation without joining; joining ends an earlier leave and is confirmed.
outcome join(chat::core& core, call<room_input> c)
{
    auto members =
        co_await core.conversations.require_member(c.in.conversation_id, std::move(c.by.who.user_id));
    if (!members)
        co_return std::move(members).error();
    json_writer w;
    w.begin_object()
        .field("conversationId", c.in.conversation_id)
        .field("message", "Joined conversation")
        .end_object();
    reply r(w.str());
    r.rooms.push_back({quiet_room(c.in.conversation_id), false});
    r.events.push_back({"joined_room", std::move(w).take()});
    co_return r;
}

/// No more typing of that conversation, in or out, until it is joined again; messages keep coming.
outcome leave(chat::core& core, call<room_input> c)
{
    auto members = co_await core.conversations.require_member(c.in.conversation_id, c.by.who.user_id);
    if (!members)
        co_return std::move(members).error();
    core.typing.stopped(c.by.who.user_id, c.in.conversation_id);
    reply r;
    r.rooms.push_back({quiet_room(c.in.conversation_id), true});
    co_return r;
}

} // namespace

void add_rooms(chat::core& core, event_table& events)
{
    for (const auto* name : {"join_room", "join_conversation"})
        events.add(name, "Answers `joined_room`; typing is heard again after a leave", core, room_shape(),
                   join);
    for (const auto* name : {"leave_room", "leave_conversation"})
        events.add(name, "No more typing events of that conversation; messages keep coming", core,
                   room_shape(), leave);
}

} // namespace chatd::api::messaging
