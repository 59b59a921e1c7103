#include "product.hpp"
#include "views.hpp"

#include <utility>

namespace chatd::api::messaging {

namespace {

constexpr std::int64_t max_users = 1000;

struct list_input : paging {
    std::string search;
};

schema::object<list_input> list_shape()
{
    schema::object<list_input> shape;
    shape.optional("search", &list_input::search, {.max = 100, .trimmed = true})
        .described("Part of a user name or e-mail.");
    add_paging(shape, max_users);
    return shape;
}

std::string users_view(const std::vector<chat::user>& users, const chat::presence_service& online,
                       std::string_view viewer_id)
{
    json_writer w;
    w.reserve(users.size() * 480 + 2);
    w.begin_array();
    for (const auto& u : users) {
        w.begin_object();
        write_user_fields(w, u, u.id == viewer_id ? detail::own : detail::others);
        w.field("isOnline", online.is_online(u.id)).end_object();
    }
    return std::move(w.end_array()).take();
}

outcome list(chat::core& core, call<list_input> c, bool with_caller)
{
    chat::user_query q;
    q.search = std::move(c.in.search);
    q.page = c.in.page;
    q.limit = c.in.limit.value_or(max_users);
    if (!with_caller)
        q.without_user_id = c.by.who.user_id;
    auto found = co_await core.users.list(std::move(q));
    if (!found)
        co_return std::move(found).error();
    reply r(users_view(found->items, core.online, c.by.who.user_id));
    r.message = "Users";
    r.extra = "\"users\":" + r.data + ",\"count\":" + std::to_string(found->items.size());
    r.pagination = pagination_view(found->info);
    r.conditional = true;
    co_return r;
}

outcome list_others(chat::core& core, call<list_input> c)
{
    return list(core, std::move(c), false);
}

outcome list_all(chat::core& core, call<list_input> c)
{
    return list(core, std::move(c), true);
}

outcome online_count(chat::core& core, call<nothing>)
{
    json_writer w;
    w.begin_object().field("onlineUserCount", core.online.online_count());
    w.field("timestamp", core.time.now()).end_object();
    return answer_now(reply(std::move(w).take()));
}

outcome online_status(chat::core& core, call<nothing> c)
{
    auto id = c.path("userId");
    auto status = co_await core.online.status(id);
    if (!status)
        co_return status.error().code == errc::not_found ? error(errc::not_found, "User not found")
                                                         : std::move(status).error();
    json_writer w;
    w.begin_object()
        .field("userId", id)
        .field("isOnline", status->online)
        .field("lastSeen", status->last_seen);
    co_return reply(std::move(w.field("timestamp", core.time.now()).end_object()).take());
}

outcome online_list(chat::core& core, call<nothing> c)
{
    auto found = co_await core.online.list(std::move(c.by.who));
    if (!found)
        co_return std::move(found).error();
    json_writer w;
    w.begin_object().field("onlineUserCount", found->count).key("onlineUserIds").begin_array();
    for (const auto& u : found->users)
        w.value(u->id);
    w.end_array().key("onlineUsers").begin_array();
    for (const auto& u : found->users)
        write_online_user(w, *u);
    w.end_array().field("timestamp", core.time.now()).end_object();
    co_return reply(std::move(w).take());
}

outcome get_online_users(chat::core& core, call<nothing> c)
{
    auto found = co_await core.online.list(std::move(c.by.who));
    if (!found)
        co_return std::move(found).error();
    reply r(online_users_view(*found, core.time.now()));
    r.events.push_back({"online_users_list", r.data});
    co_return r;
}

} // namespace

void add_users(chat::core& core, route_table& routes, event_table& events)
{
    using http::method;
    routes.add(method::get, "/api/users/list", "users", "Active users without the caller, by user name")
        .answers(200, "UserList")
        .answers(304, "")
        .to(core, list_shape(), list_others);
    routes.add(method::get, "/api/user/list", "users", "Active users with the caller, by user name")
        .answers(200, "UserList")
        .answers(304, "")
        .to(core, list_shape(), list_all);
    routes.add(method::get, "/api/users/online/count", "users", "How many users are online")
        .answers(200, "OnlineCount")
        .to(core, online_count);
    routes.add(method::get, "/api/users/online/status/:userId", "users", "Is this user online?")
        .answers(200, "OnlineStatus")
        .to(core, online_status);
    routes.add(method::get, "/api/users/online/list", "users", "Who is online, contacts first, at most 1000")
        .answers(200, "OnlineList")
        .to(core, online_list);
    events.add_raw("get_online_users", "Asks for `online_users_list`", [&core](incoming& i) -> prepared {
        return get_online_users(core, call<nothing>{std::move(i.by), {}, {}});
    });
}

} // namespace chatd::api::messaging
