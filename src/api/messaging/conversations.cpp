#include "product.hpp"
#include "views.hpp"

#include <utility>

namespace chatd::api::messaging {

namespace {

struct open_input {
    std::string participant_id;
};

schema::object<paging> list_shape()
{
    schema::object<paging> shape;
    add_paging(shape);
    return shape;
}

schema::object<open_input> open_shape()
{
    schema::object<open_input> shape;
    shape.required("participantId", &open_input::participant_id, schema::id{});
    return shape;
}

std::string item_view(const chat::core& core, const chat::conversation& c, std::string_view viewer_id)
{
    json_writer w;
    write_conversation(w, c, core.online, viewer_id);
    return std::move(w).take();
}

outcome list(chat::core& core, call<paging> c)
{
    chat::page_request p;
    p.page = c.in.page;
    p.limit = c.in.limit.value_or(p.limit);
    auto found = co_await core.conversations.list(c.by.who, std::move(p));
    if (!found)
        co_return std::move(found).error();
    json_writer w;
    w.reserve(found->items.size() * 1536 + 2);
    w.begin_array();
    for (const auto& item : found->items)
        write_conversation(w, item, core.online, c.by.who.user_id);
    w.end_array();
    reply r(std::move(w).take());
    r.message = "Conversations";
    r.extra = "\"conversations\":" + r.data;
    r.pagination = pagination_view(found->info);
    r.conditional = true;
    co_return r;
}

outcome open(chat::core& core, call<open_input> c)
{
    auto opened = co_await core.conversations.open_direct(c.by.who, std::move(c.in.participant_id));
    if (!opened)
        co_return std::move(opened).error();
    reply r(item_view(core, opened->item, c.by.who.user_id));
    r.status = opened->created ? 201 : 200;
    r.message = opened->created ? "Conversation created successfully" : "Conversation found";
    co_return r;
}

outcome find(chat::core& core, call<nothing> c)
{
    auto found = co_await core.conversations.find(c.by.who, c.path("id"));
    if (!found)
        co_return std::move(found).error();
    co_return reply(item_view(core, *found, c.by.who.user_id));
}

} // namespace

void add_conversations(chat::core& core, route_table& routes)
{
    using http::method;
    routes.add(method::get, "/api/conversations", "conversations", "Own conversations, newest activity first")
        .answers(200, "ConversationList")
        .answers(304, "")
        .to(core, list_shape(), list);
    routes.add(method::post, "/api/conversations", "conversations", "The direct conversation with somebody")
        .answers(200, "ConversationAnswer")
        .answers(201, "ConversationAnswer")
        .answers(404, "Error")
        .to(core, open_shape(), open);
    routes.add(method::get, "/api/conversations/:id", "conversations", "One conversation")
        .answers(200, "ConversationAnswer")
        .answers(403, "Error")
        .to(core, find);
}

} // namespace chatd::api::messaging
