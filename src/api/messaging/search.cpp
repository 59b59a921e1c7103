#include "product.hpp"

#include <chatd/base/json_writer.hpp>

#include <utility>

namespace chatd::api::messaging {

namespace {

constexpr std::int64_t default_limit = 20;
constexpr std::int64_t default_suggestions = 5;

struct search_input : paging {
    std::string query;
    std::optional<std::string> conversation_id, sender_id;
    std::optional<chat::message_type> type;
    std::optional<timestamp> start, end;
};

struct suggest_input {
    std::string query;
    std::int64_t limit = default_suggestions;
};

/// `name`: what document and section call the query; the other spelling is taken as well.
schema::object<search_input> search_shape(std::string name, std::string other)
{
    using in = search_input;
    schema::object<in> shape;
    shape.required(std::move(name), &in::query, {.min = 1, .max = 200, .trimmed = true})
        .or_named(std::move(other))
        .described("Words, \"phrases\", prefix* and -exclusion.");
    shape.optional("conversationId", &in::conversation_id, schema::id{});
    shape.optional("senderId", &in::sender_id, schema::id{});
    shape.optional("messageType", &in::type,
                   schema::choice<chat::message_type>{
                       chat::parse_message_type,
                       {"text", "auto", "file", "image", "audio", "video", "system", "offer_update"}});
    shape.optional("startDate", &in::start);
    shape.optional("endDate", &in::end, {.end_of_day = true});
    add_paging(shape);
    return shape;
}

chat::search_query query_of(search_input in)
{
    chat::search_query q;
    q.text = std::move(in.query);
    q.conversation_id = std::move(in.conversation_id);
    q.sender_id = std::move(in.sender_id);
    q.type = in.type;
    q.from = in.start;
    q.to = in.end;
    q.page = in.page;
    q.limit = in.limit.value_or(default_limit);
    return q;
}

std::string hits_view(const std::vector<chat::search_hit>& hits, const chat::search_terms& terms)
{
    json_writer w;
    w.begin_array();
    for (const auto& h : hits) {
        w.begin_object().field("messageId", h.message_id).field("conversationId", h.conversation_id);
        w.field("senderId", h.sender_id).field("senderUsername", h.sender_username);
        w.field("content", chat::highlight(h.content, terms)).field("messageType", to_string(h.type));
        w.field("timestamp", h.created_at).field("score", h.score).end_object();
    }
    return std::move(w.end_array()).take();
}

outcome search(chat::core& core, call<search_input> c)
{
    auto q = query_of(std::move(c.in));
    const auto terms = chat::parse_search(q.text);
    auto found = co_await core.search.find(std::move(c.by.who), std::move(q));
    if (!found)
        co_return std::move(found).error();
    const auto& info = found->info;
    json_writer w;
    w.begin_object().raw_field("messages", hits_view(found->items, terms)).field("total", info.total);
    w.field("page", info.page).field("limit", info.limit).field("totalPages", info.pages()).end_object();
    reply r(std::move(w).take());
    r.message = "Found " + std::to_string(info.total) + " messages";
    co_return r;
}

/// A bare array with the content as stored (section 5).
outcome search_plain(chat::core& core, call<search_input> c)
{
    auto found = co_await core.search.find(std::move(c.by.who), query_of(std::move(c.in)));
    if (!found)
        co_return std::move(found).error();
    json_writer w;
    w.begin_array();
    for (const auto& h : found->items) {
        w.begin_object()
            .field("id", h.message_id)
            .field("_id", h.message_id)
            .field("messageId", h.message_id);
        w.field("conversationId", h.conversation_id).field("senderId", h.sender_id);
        w.key("sender").begin_object().field("id", h.sender_id).field("_id", h.sender_id);
        w.field("username", h.sender_username).end_object();
        w.field("content", h.content)
            .field("messageType", to_string(h.type))
            .field("createdAt", h.created_at);
        w.field("score", h.score).end_object();
    }
    reply r;
    r.bare = std::move(w.end_array()).take();
    co_return r;
}

schema::object<suggest_input> suggest_shape()
{
    schema::object<suggest_input> shape;
    shape.required("query", &suggest_input::query, {.min = 2, .max = 200, .trimmed = true}).or_named("q");
    shape.optional("limit", &suggest_input::limit, {.min = 1, .max = 100, .cut = true});
    return shape;
}

outcome suggest(chat::core& core, call<suggest_input> c)
{
    auto found = co_await core.search.suggest(std::move(c.by.who), c.in.query, c.in.limit);
    if (!found)
        co_return std::move(found).error();
    json_writer w;
    w.begin_object().key("suggestions").begin_array();
    for (const auto& s : *found)
        w.value(s);
    co_return reply(std::move(w.end_array().field("query", c.in.query).end_object()).take());
}

outcome stats(chat::core& core, call<nothing> c)
{
    auto found = co_await core.search.stats(std::move(c.by.who));
    if (!found)
        co_return std::move(found).error();
    json_writer w;
    w.begin_object()
        .field("totalMessages", found->messages)
        .field("totalConversations", found->conversations);
    co_return reply(std::move(w.end_object()).take());
}

} // namespace

void add_search(chat::core& core, route_table& routes)
{
    using http::method;
    routes.add(method::get, "/api/search/messages", "search", "Full-text search, matches in <mark>")
        .answers(200, "SearchAnswer")
        .answers(403, "Error")
        .answers(404, "Error")
        .to(core, search_shape("query", "q"), search);
    routes
        .add(method::get, "/api/messages/search", "search",
             "Full-text search, a bare array with the content as stored")
        .answers(200, "PlainSearchAnswer")
        .answers(403, "Error")
        .answers(404, "Error")
        .to(core, search_shape("q", "query"), search_plain);
    routes
        .add(method::get, "/api/search/suggestions", "search",
             "Words and partners of the caller that begin so")
        .answers(200, "Suggestions")
        .to(core, suggest_shape(), suggest);
    routes.add(method::get, "/api/search/stats", "search", "How much the caller can search")
        .answers(200, "SearchStats")
        .to(core, stats);
}

} // namespace chatd::api::messaging
