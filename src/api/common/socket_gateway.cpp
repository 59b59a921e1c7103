#include "envelope.hpp"
#include "socket_buckets.hpp"

#include <chatd/api/socket_gateway.hpp>
#include <chatd/base/log.hpp>
#include <chatd/base/text.hpp>

#include <chrono>
#include <exception>
#include <utility>
#include <vector>

namespace chatd::api {
namespace {

using steady = std::chrono::steady_clock;

const socket_peer& peer_of(const socketio::socket& s) noexcept
{
    return static_cast<const socket_peer&>(s.who());
}

struct auth_input {
    std::string token;
};

schema::object<auth_input> auth_shape()
{
    schema::object<auth_input> shape;
    shape.optional("token", &auth_input::token);
    return shape;
}

std::string without_bearer(std::string token)
{
    if (token.size() >= 7 && text::iequals_ascii(std::string_view(token).substr(0, 7), "bearer "))
        token.erase(0, 7);
    return std::string(text::trim(token));
}

/// `auth.token`, else the header, else the query, also that of the namespace (contract section 9).
std::string token_of(const socketio::connect_request& r, const schema::object<auth_input>& shape)
{
    auto auth = shape.parse(r.auth());
    if (auth && !auth->token.empty())
        return without_bearer(std::move(auth->token));
    if (!r.hs().authorization().empty())
        return without_bearer(std::string(r.hs().authorization()));
    auto query = r.hs().query_value("token");
    if (!query)
        query = http::find_query_value(r.query(), "token");
    return query ? without_bearer(std::move(*query)) : std::string();
}

std::string code_json(errc code)
{
    return R"({"code":")" + std::string(to_string(code)) + "\"}";
}

} // namespace

socket_peer::socket_peer(const chat::principal& p) : role(p.role), username(p.username), email(p.email)
{
    identity = p.user_id + '/' + p.session_id;
}

std::string_view socket_peer::user_id() const noexcept
{
    return std::string_view(identity).substr(0, identity.rfind('/'));
}

std::string_view socket_peer::session_id() const noexcept
{
    return std::string_view(identity).substr(identity.rfind('/') + 1);
}

chat::principal socket_peer::principal() const
{
    return {std::string(user_id()), std::string(session_id()), username, email, role};
}

struct socket_gateway::state {
    socketio::name_space& ns;
    chat::core& core;
    const event_table& events;
    socket_gateway_options options;
    schema::object<auth_input> auth = auth_shape();
    async::gate gate;
    std::map<std::string, event_stats, std::less<>> stats;

    state(socketio::name_space& n, chat::core& c, const event_table& t, socket_gateway_options o)
        : ns(n), core(c), events(t), options(o)
    {
        for (const auto& [name, row] : events.rows())
            stats[name];
    }

    void take_handlers();
    void follow_revocations();
    async::task<void> authenticate(std::shared_ptr<socketio::connect_request> r);
    void on_event(socketio::socket& s, socketio::event e);
    [[nodiscard]] bool admit(socketio::socket& s, const event_row* row, socketio::event& e);
    async::task<void> finish(outcome handler, socketio::ack reply, std::string socket_id,
                             const event_row& row);
    void fail(socketio::socket* s, socketio::ack& reply, std::string_view event, const error& why);
    void disconnect_session(std::string_view user_id, std::string_view session_id);
};

void socket_gateway::state::take_handlers()
{
    ns.use([this](std::shared_ptr<socketio::connect_request> r) {
        if (gate.closed())
            return r->close_transport();
        async::spawn(gate, "socket authenticate", authenticate(std::move(r)));
    });
    ns.on_connect([this](socketio::socket& s) { core.online.connected(peer_of(s).user_id()); });
    ns.on_disconnect([this](socketio::socket& s, socketio::disconnect_reason why) {
        log::debug("socket", "disconnected", {{"userId", peer_of(s).user_id()}, {"reason", to_string(why)}});
        core.online.disconnected(peer_of(s).user_id());
    });
    ns.on_event([this](socketio::socket& s, socketio::event e) { on_event(s, std::move(e)); });
}

/// Dead logins lose their sockets for good: DISCONNECT first, then the transport (contract section 9).
void socket_gateway::state::follow_revocations()
{
    core.events.subscribe<chat::session_revoked>(
        [this](const chat::session_revoked& e) { disconnect_session(e.user_id, e.session_id); });
    core.events.subscribe<chat::user_signed_out>(
        [this](const chat::user_signed_out& e) { ns.to("user:" + e.user_id).disconnect(true); });
    core.events.subscribe<chat::user_deactivated>(
        [this](const chat::user_deactivated& e) { ns.to("user:" + e.user_id).disconnect(true); });
}

void socket_gateway::state::disconnect_session(std::string_view user_id, std::string_view session_id)
{
    ns.for_each_in_room("user:" + std::string(user_id), [session_id](socketio::socket& s) {
        if (peer_of(s).session_id() == session_id)
            s.disconnect(true);
    });
}

async::task<void> socket_gateway::state::authenticate(std::shared_ptr<socketio::connect_request> r)
{
    auto token = token_of(*r, auth);
    if (token.empty()) {
        r->refuse("Authentication token required", code_json(errc::unauthorized));
        co_return;
    }
    auto verified = co_await core.auth.verify_socket(std::move(token), r->pid());
    if (!r->alive())
        co_return;
    if (!verified) {
        // CONNECT_ERROR is final for stock clients, so only dead credentials get one.
        const auto& why = verified.error();
        if (why.code == errc::unauthorized || why.code == errc::forbidden)
            r->refuse(text_of(why), code_json(why.code));
        else
            r->close_transport();
        co_return;
    }
    std::vector<std::string> rooms{"user:" + verified->user_id};
    if (verified->role != chat::role::user)
        rooms.emplace_back("admin");
    r->accept(std::make_shared<const socket_peer>(*verified), std::move(rooms));
}

/// Counts the event against its bucket; answers for it when it is over the limit.
bool socket_gateway::state::admit(socketio::socket& s, const event_row* row, socketio::event& e)
{
    if (!options.limits_enabled)
        return true;
    auto& buckets = socket_buckets::of(s, options, core.time.now());
    if (row && row->is_typing)
        return buckets.take_typing(options.typing_rate, core.time.now());
    if (buckets.take_event(options.event_rate, options.event_burst, core.time.now()))
        return true;
    error refused{errc::rate_limited};
    refused.retry_after = std::chrono::ceil<std::chrono::seconds>(buckets.wait_for_event(options.event_rate));
    if (e.reply.wanted() || buckets.may_complain(core.time.now()))
        fail(&s, e.reply, e.name, refused);
    return false;
}

void socket_gateway::state::on_event(socketio::socket& s, socketio::event e)
{
    const auto* row = events.find(e.name);
    if (!admit(s, row, e))
        return;
    if (!row) {
        if (e.reply.wanted())
            fail(nullptr, e.reply, e.name, error{errc::not_found, "Unknown event"});
        return;
    }
    if (gate.closed())
        return fail(&s, e.reply, e.name, errc::unavailable);
    // A placeholder would be stored or relayed without the bytes that it stands for.
    if (!e.attachments.empty())
        return fail(&s, e.reply, e.name, error{errc::invalid, "Binary data is not accepted"});

    incoming in{.by = {.who = peer_of(s).principal(),
                       .token = {},
                       .address = std::string(s.address()),
                       .user_agent = {},
                       .request_id = {},
                       .socket_id = std::string(s.id()),
                       .idempotency_key = {}},
                .params = {},
                .request = nullptr,
                .input = e.args.empty() ? std::string_view() : e.args.front()};
    auto started = row->start(in);
    if (!started) {
        ++stats.find(row->name)->second.failed;
        return fail(&s, e.reply, e.name, started.error());
    }
    async::spawn(gate, "socket event",
                 finish(std::move(*started), std::move(e.reply), std::string(s.id()), *row));
}

async::task<void> socket_gateway::state::finish(outcome handler, socketio::ack reply, std::string socket_id,
                                                const event_row& row)
{
    const auto started = steady::now();
    result<api::reply> done = errc::internal;
    try {
        done = co_await std::move(handler);
    } catch (const std::exception& failure) {
        log::error("socket", "handler threw", {{"event", row.name}, {"reason", failure.what()}});
    }
    auto& counted = stats.find(row.name)->second;
    counted.seconds.observe(std::chrono::duration<double>(steady::now() - started).count());

    auto* s = ns.find(socket_id);
    if (!done) {
        ++counted.failed;
        fail(s, reply, row.name, done.error());
        co_return;
    }
    if (s) {
        for (const auto& change : done->rooms)
            change.join ? s->join(change.room) : s->leave(change.room);
        for (const auto& own : done->events)
            s->emit(own.name, own.args);
    }
    reply(ack_success(*done));
}

void socket_gateway::state::fail(socketio::socket* s, socketio::ack& reply, std::string_view event,
                                 const error& why)
{
    if (why.code == errc::internal || why.code == errc::unavailable)
        log::error(
            "socket", "event failed",
            {{"event", event}, {"code", to_string(why.code)}, {"reason", why.detail}, {"where", why.where}});
    if (reply.wanted())
        reply(ack_failure(why));
    else if (s)
        s->emit("error", error_event(why, event));
}

socket_gateway::socket_gateway(socketio::name_space& ns, chat::core& core, const event_table& events,
                               socket_gateway_options o)
    : state_(std::make_unique<state>(ns, core, events, o))
{
    state_->take_handlers();
    state_->follow_revocations();
}

socket_gateway::~socket_gateway() = default;

void socket_gateway::close(std::function<void()> drained)
{
    state_->gate.close(std::move(drained));
}

const std::map<std::string, event_stats, std::less<>>& socket_gateway::stats() const noexcept
{
    return state_->stats;
}

std::string issue_pid(const chat::core& core, const socketio::socket& s)
{
    return core.auth.issue_pid(peer_of(s).user_id(), peer_of(s).session_id());
}

} // namespace chatd::api
