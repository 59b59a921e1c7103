#include "live_session.hpp"
#include "server_state.hpp"

#include <chatd/base/json_writer.hpp>

#include <array>
#include <cstdint>

namespace chatd::engineio {
namespace {

using websocket::frame;
using websocket::opcode;

constexpr std::array<std::string_view, 6> refusal_texts{
    "Transport unknown", "Session ID unknown", "Bad handshake method",
    "Bad request",       "Forbidden",          "Unsupported protocol version"};

/// True also for an id that cannot be decoded: it must not open a session of its own.
bool names_session(std::string_view query) noexcept
{
    return query.starts_with("sid=") || query.find("&sid=") != std::string_view::npos;
}

std::optional<refusal> read_parameters(const http::request& r, bool allow_version_3, parameters& out)
{
    const auto version = r.query_value("EIO");
    if (version != "4" && !(version == "3" && allow_version_3))
        return refusal::unsupported_version;
    const auto transport = r.query_value("transport");
    if (transport != "polling" && transport != "websocket")
        return refusal::unknown_transport;
    out.transport = transport == "polling" ? transport_kind::polling : transport_kind::websocket;
    out.speaks.version = version == "4" ? 4 : 3;
    out.speaks.base64 = r.query_value("b64").has_value();
    const auto sid = r.query_value("sid");
    if (!sid && names_session(r.query))
        return refusal::unknown_sid;
    out.sid = sid.value_or("");
    return std::nullopt;
}

/// The callback number of JSONP; everything but digits is dropped, as stock servers do.
std::string read_jsonp(const http::request& r)
{
    std::string number = r.query_value("j").value_or("");
    std::erase_if(number, [](char c) { return c < '0' || c > '9'; });
    return number;
}

} // namespace

std::size_t session_key::operator()(const std::shared_ptr<live_session>& s) const noexcept
{
    return (*this)(s->id());
}

bool session_key::operator()(const std::shared_ptr<live_session>& a, std::string_view id) const noexcept
{
    return a->id() == id;
}

server::state::state(async::loop& l, async::timer_wheel& t, server_options o)
    : loop(l), timers(t), options(std::move(o)),
      group(l, {.max_message = options.max_payload, .send_budget = options.send_budget}, stats.wire)
{
    control.close = frame::make(opcode::text, "1", {});
    control.ping = frame::make(opcode::text, "2", {});
    control.pong = frame::make(opcode::text, "3", {});
    control.noop = frame::make(opcode::text, "6", {});
    control.probe_answer = frame::make(opcode::text, "3", "probe");
}

heartbeat_options server::state::heartbeat_for(std::uint16_t port) const
{
    const auto own = options.heartbeat_by_port.find(port);
    return own == options.heartbeat_by_port.end() ? options.heartbeat : own->second;
}

std::shared_ptr<live_session> server::state::find(std::string_view id) const
{
    const auto found = sessions.find(id);
    return found == sessions.end() ? nullptr : *found;
}

void server::state::erase(const live_session& s) noexcept
{
    if (const auto found = sessions.find(s.id()); found != sessions.end())
        sessions.erase(found);
}

void server::state::refuse(http::exchange& e, refusal why)
{
    ++stats.refused;
    const auto code = static_cast<std::size_t>(why);
    json_writer w;
    w.begin_object().field("code", code).field("message", refusal_texts[code]).end_object();
    e.respond(http::json_response(why == refusal::forbidden ? 403 : 400, std::move(w).take()));
}

void server::state::open_session(const http::exchange_ptr& e, const parameters& p)
{
    const auto& r = e->req();
    if (r.verb != http::method::get)
        return refuse(*e, refusal::bad_handshake_method);
    const bool websocket = p.transport == transport_kind::websocket;
    if (websocket != e->wants_websocket())
        return refuse(*e, refusal::bad_request);
    if (!accepting) {
        auto busy = http::text_response(503, "Service Unavailable");
        busy.set("Retry-After", "1");
        return e->respond(std::move(busy));
    }
    const auto s = std::make_shared<live_session>(*this, p.speaks, p.transport, r);
    if (!websocket) {
        sessions.insert(s);
        return s->open_polling(e, read_jsonp(r));
    }
    auto c = websocket::connection::accept(group, *e, *s);
    if (!c)
        return;
    sessions.insert(s);
    s->open_websocket(e, std::move(c));
}

void server::state::continue_session(const http::exchange_ptr& e, const parameters& p)
{
    const auto s = find(p.sid);
    if (!s || s->end_if_expired())
        return refuse(*e, refusal::unknown_sid);
    const bool websocket = p.transport == transport_kind::websocket;
    if (s->protocol() != p.speaks.version || websocket != e->wants_websocket())
        return refuse(*e, refusal::bad_request);
    if (websocket)
        return s->upgrade(e);
    if (s->transport() != transport_kind::polling)
        return refuse(*e, refusal::bad_request);
    if (e->req().verb == http::method::get)
        s->poll(e);
    else if (e->req().verb == http::method::post)
        s->post(e);
    else
        refuse(*e, refusal::bad_handshake_method);
}

server::server(async::loop& l, async::timer_wheel& timers, server_options o)
    : state_(std::make_unique<state>(l, timers, std::move(o)))
{
}

server::~server()
{
    close();
}

void server::on_open(open_handler f)
{
    state_->open = std::move(f);
}

void server::handle(const http::exchange_ptr& e)
{
    const auto& r = e->req();
    if (r.verb == http::method::options) {
        e->respond(http::response{.status = 204});
        return;
    }
    parameters p;
    if (const auto why = read_parameters(r, state_->options.allow_version_3, p))
        return state_->refuse(*e, *why);
    if (state_->options.allow_origin && !state_->options.allow_origin(r))
        return state_->refuse(*e, refusal::forbidden);
    if (p.sid.empty())
        state_->open_session(e, p);
    else
        state_->continue_session(e, p);
}

void server::stop_accepting()
{
    state_->accepting = false;
}

void server::close()
{
    const auto& open = state_->sessions;
    for (const auto& s : std::vector<std::shared_ptr<live_session>>(open.begin(), open.end()))
        s->end(close_reason::shutting_down);
}

std::size_t server::session_count() const noexcept
{
    return state_->sessions.size();
}

const server_stats& server::stats() const noexcept
{
    return state_->stats;
}

const server_options& server::options() const noexcept
{
    return state_->options;
}

async::loop& server::loop() noexcept
{
    return state_->loop;
}

async::timer_wheel& server::timers() noexcept
{
    return state_->timers;
}

} // namespace chatd::engineio
