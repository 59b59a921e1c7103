#include "product.hpp"

#include <utility>

namespace chatd::api::messaging {

namespace {

struct typing_input {
    std::string conversation_id;
    bool is_typing = true;
};

schema::object<typing_input> room_shape()
{
    schema::object<typing_input> shape;
    shape.required("conversationId", &typing_input::conversation_id, schema::id{}).or_named("roomId");
    shape.bare_value_is("conversationId");
    return shape;
}

schema::object<typing_input> state_shape()
{
    schema::object<typing_input> shape;
    shape.required("conversationId", &typing_input::conversation_id, schema::id{}).or_named("roomId");
    shape.required("isTyping", &typing_input::is_typing);
    return shape;
}

outcome change(chat::core& core, call<typing_input> c)
{
    auto& to = c.in.conversation_id;
    auto done = co_await (c.in.is_typing ? core.typing.start(std::move(c.by.who), std::move(to))
                                         : core.typing.stop(std::move(c.by.who), std::move(to)));
    if (!done)
        co_return done.error();
    co_return reply();
}

outcome stop(chat::core& core, call<typing_input> c)
{
    c.in.is_typing = false;
    return change(core, std::move(c));
}

} // namespace

void add_typing(chat::core& core, event_table& events)
{
    constexpr auto summary = "The other members hear `user_typing` or `user_stopped_typing`";
    events.add("typing_start", summary, core, room_shape(), change).is_typing = true;
    events.add("typing_stop", summary, core, room_shape(), stop).is_typing = true;
    events.add("typing", summary, core, state_shape(), change).is_typing = true;
}

} // namespace chatd::api::messaging
