#include "product.hpp"

#include <chatd/base/json_writer.hpp>

#include <utility>

namespace chatd::api::messaging {

namespace {

reply done(std::string_view message)
{
    reply r;
    r.message = message;
    return r;
}

std::string sessions_view(const std::vector<chat::session>& sessions, std::string_view current_id)
{
    json_writer w;
    w.begin_array();
    for (const auto& s : sessions) {
        w.begin_object()
            .field("id", s.id)
            .field("createdAt", s.created_at)
            .field("lastUsedAt", s.last_used_at);
        w.field("ip", s.ip)
            .field("userAgent", s.user_agent)
            .field("current", s.id == current_id)
            .end_object();
    }
    return std::move(w.end_array()).take();
}

outcome logout(chat::core& core, call<nothing> c)
{
    auto gone = co_await core.auth.logout(std::move(c.by.who), std::move(c.by.token));
    if (!gone)
        co_return gone.error();
    co_return done("User logged out successfully");
}

outcome logout_all(chat::core& core, call<nothing> c)
{
    auto gone = co_await core.auth.logout_all(std::move(c.by.who));
    if (!gone)
        co_return gone.error();
    co_return done("Signed out everywhere");
}

outcome list_sessions(chat::core& core, call<nothing> c)
{
    auto sessions = co_await core.auth.sessions(c.by.who);
    if (!sessions)
        co_return std::move(sessions).error();
    co_return reply(sessions_view(*sessions, c.by.who.session_id));
}

outcome revoke_session(chat::core& core, call<nothing> c)
{
    auto gone = co_await core.auth.revoke_session(std::move(c.by.who), c.path("id"));
    if (!gone)
        co_return gone.error();
    co_return done("Session signed out");
}

} // namespace

void add_sessions(chat::core& core, route_table& routes)
{
    using http::method;
    routes.add(method::post, "/api/auth/logout", "auth", "Sign this device out")
        .answers(200, "Done")
        .to(core, logout);
    routes.add(method::post, "/api/auth/logout-all", "auth", "Sign every device out")
        .answers(200, "Done")
        .to(core, logout_all);
    routes.add(method::get, "/api/auth/sessions", "auth", "The own devices")
        .answers(200, "Sessions")
        .to(core, list_sessions);
    routes.add(method::delete_, "/api/auth/sessions/:id", "auth", "Sign one device out")
        .answers(200, "Done")
        .to(core, revoke_session);
}

} // namespace chatd::api::messaging
