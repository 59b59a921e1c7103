#include "live_session.hpp"

#include <chatd/base/encoding.hpp>
#include <chatd/base/json_writer.hpp>

#include <utility>

namespace chatd::engineio {
namespace {

using steady = std::chrono::steady_clock;
using websocket::frame;
using websocket::opcode;

constexpr std::uint16_t normal_closure = 1000;
constexpr std::uint16_t going_away = 1001;
constexpr std::uint16_t protocol_error = 1002;

/// How a closed WebSocket reads to the user: a clean good-bye or a lost line, or an error of the connection.
close_reason reason_of(std::uint16_t code) noexcept
{
    switch (code) {
    case 1002:
    case 1003:
    case 1007:
    case 1009:
        return close_reason::transport_error;
    default:
        return close_reason::transport_closed;
    }
}

std::uint16_t code_of(close_reason why) noexcept
{
    switch (why) {
    case close_reason::transport_error:
        return protocol_error;
    case close_reason::shutting_down:
        return going_away;
    default:
        return normal_closure;
    }
}

/// Owner of a WebSocket that is accepted only to be closed.
class : public websocket::connection_owner {
    void on_message(std::string_view, bool) noexcept override {}
    void on_closed(std::uint16_t) noexcept override {}
} nobody;

/// What goes over a WebSocket: version 3 writes binary messages behind a type byte, or as base64 in text.
websocket::frame_ptr to_wire(dialect d, websocket::frame_ptr message)
{
    if (d.version == 4 || message->is_text())
        return message;
    if (d.base64)
        return frame::make(opcode::text, "b4", encoding::to_base64(message->payload()));
    return frame::make(opcode::binary, "\x04", message->payload());
}

} // namespace

/// Ends an upgrade whose `5` does not come in time.
class live_session::probe_timer final : public async::timer_wheel::entry {
  public:
    explicit probe_timer(live_session& owner) noexcept : owner_(owner) {}

  private:
    void expired() noexcept override { owner_.drop_probe(); }

    live_session& owner_;
};

live_session::live_session(server::state& s, dialect d, transport_kind t, const http::request& r)
    : server_(s), state_(d.version, t, s.heartbeat_for(r.local_port), steady::now()), id_(s.ids.next()),
      dialect_(d)
{
}

live_session::~live_session() = default;

void live_session::open_websocket(const http::exchange_ptr& e, std::shared_ptr<websocket::connection> c)
{
    connection_ = std::move(c);
    ++server_.stats.websocket;
    connection_->send(open_packet());
    start(e->req());
}

void live_session::start(const http::request& r)
{
    ++server_.stats.opened;
    ++server_.stats.packets_out;
    arm();
    if (server_.open)
        user_ = server_.open(*this, r);
    if (!user_)
        finish(close_reason::forced);
    else if (life_ != life::open)
        user_->on_close(close_reason::forced); // closed by its user before it could be told so
}

websocket::frame_ptr live_session::open_packet() const
{
    const auto h = state_.heartbeat();
    json_writer w;
    w.begin_object().field("sid", id()).key("upgrades").begin_array();
    if (state_.transport() == transport_kind::polling)
        w.value("websocket");
    w.end_array().field("pingInterval", h.interval.count()).field("pingTimeout", h.timeout.count());
    w.field("maxPayload", server_.options.max_payload).end_object();
    return frame::make(opcode::text, "0", w.str());
}

void live_session::send(websocket::frame_ptr message)
{
    if (life_ == life::open)
        write(std::move(message));
}

bool live_session::send_volatile(websocket::frame_ptr message)
{
    if (life_ != life::open)
        return false;
    if (state_.transport() == transport_kind::websocket) {
        const bool sent = connection_->send_volatile(to_wire(dialect_, std::move(message)));
        server_.stats.packets_out += sent ? 1 : 0;
        return sent;
    }
    // As on a WebSocket: between two polls it waits, unless much is waiting already.
    if (!polling_->is_waiting() && polling_->queued_bytes() > server_.options.send_budget / 4) {
        ++server_.stats.dropped_volatile;
        return false;
    }
    write(std::move(message));
    return true;
}

void live_session::write(websocket::frame_ptr p)
{
    ++server_.stats.packets_out;
    if (state_.transport() == transport_kind::websocket)
        return connection_->send(to_wire(dialect_, std::move(p)));
    polling_->push(std::move(p));
    if (polling_->is_waiting() || polling_->queued_bytes() > server_.options.send_budget)
        flush_later();
}

void live_session::upgrade(const http::exchange_ptr& e)
{
    if (!state_.may_probe()) {
        if (const auto c = websocket::connection::accept(server_.group, *e, nobody))
            c->close(normal_closure);
        return;
    }
    connection_ = websocket::connection::accept(server_.group, *e, *this);
    if (!connection_)
        return;
    state_.start_probe();
    probe_ = std::make_unique<probe_timer>(*this);
    server_.timers.arm(*probe_, server_.options.upgrade_timeout);
}

void live_session::on_message(std::string_view payload, bool is_text) noexcept
{
    const auto self = shared_from_this();
    std::string scratch;
    const auto p = decode_message(dialect_, payload, is_text, scratch);
    if (state_.is_probing())
        feed_probe(p.value_or(packet{packet_type::noop, false, {}}));
    else if (p)
        feed(*p);
    else
        finish(close_reason::transport_error);
}

void live_session::on_closed(std::uint16_t close_code) noexcept
{
    const auto self = shared_from_this();
    connection_.reset();
    if (state_.is_probing())
        drop_probe();
    else
        finish(reason_of(close_code));
}

void live_session::feed(const packet& p)
{
    ++server_.stats.packets_in;
    // Only heartbeats need the time; messages come by the hundred thousand.
    const auto now = p.type == packet_type::message ? session_state::time{} : steady::now();
    switch (state_.feed(p, now)) {
    case session_state::action::deliver:
        user_->on_message(p.data, p.is_text);
        break;
    case session_state::action::send_pong:
        write(p.data.empty() ? server_.control.pong : frame::make(opcode::text, "3", p.data));
        arm();
        break;
    case session_state::action::heard:
        arm();
        break;
    case session_state::action::close:
        if (polling_ && polling_->is_waiting())
            polling_->answer(server_.control.noop);
        finish(close_reason::transport_closed);
        break;
    case session_state::action::fail:
        finish(close_reason::transport_error);
        break;
    default:
        break;
    }
}

void live_session::feed_probe(const packet& p)
{
    switch (state_.feed_probe(p)) {
    case session_state::action::answer_probe:
        connection_->send(server_.control.probe_answer);
        if (polling_->is_waiting())
            polling_->answer(polling_->is_empty() ? server_.control.noop : nullptr);
        break;
    case session_state::action::complete_upgrade:
        complete_upgrade();
        break;
    default:
        drop_probe();
        break;
    }
}

void live_session::complete_upgrade()
{
    probe_.reset();
    ++server_.stats.upgraded;
    --server_.stats.polling;
    ++server_.stats.websocket;
    const auto polling = std::move(polling_);
    auto waiting = polling->take_queue();
    if (polling->is_waiting())
        polling->answer(server_.control.noop);
    for (auto& p : waiting)
        connection_->send(to_wire(dialect_, std::move(p)));
    if (life_ == life::lingering)
        forget();
}

void live_session::drop_probe() noexcept
{
    probe_.reset();
    state_.drop_probe();
    if (const auto c = std::exchange(connection_, nullptr))
        c->close(normal_closure);
}

bool live_session::end_if_expired()
{
    if (!state_.is_expired(steady::now()))
        return false;
    end(close_reason::ping_timeout);
    return true;
}

void live_session::end(close_reason why)
{
    const auto self = shared_from_this();
    finish(why);
    forget();
}

void live_session::expired() noexcept
{
    const auto self = shared_from_this();
    if (life_ == life::lingering) {
        forget();
        return;
    }
    switch (state_.on_time(steady::now())) {
    case session_state::tick::send_ping:
        write(server_.control.ping);
        break;
    case session_state::tick::give_up:
        finish(close_reason::ping_timeout);
        return;
    case session_state::tick::wait:
        break;
    }
    arm();
}

void live_session::arm()
{
    const auto wait = state_.next_deadline() - steady::now();
    server_.timers.arm(*this, std::chrono::ceil<std::chrono::milliseconds>(wait));
}

void live_session::abort()
{
    if (polling_) {
        polling_->drop_queue();
        polling_->abort();
    }
    if (const auto c = std::exchange(connection_, nullptr))
        c->abort();
    end(close_reason::forced);
}

void live_session::finish(close_reason why)
{
    if (life_ != life::open)
        return;
    const auto self = shared_from_this();
    life_ = life::lingering;
    server_.stats.ping_timeouts += why == close_reason::ping_timeout ? 1 : 0;
    close_transport(why);
    if (user_)
        user_->on_close(why);
}

void live_session::close_transport(close_reason why)
{
    if (state_.transport() == transport_kind::websocket) {
        if (const auto c = std::exchange(connection_, nullptr)) {
            // A silent peer takes nothing any more: waiting for it would only hold its memory.
            if (why == close_reason::ping_timeout && c->queued_bytes() > 0)
                c->abort();
            else
                c->close(code_of(why));
        }
        forget();
        return;
    }
    // Clients take a `1` at once and other packets a turn later, so it must not travel with what it closes.
    const bool to_fetch = why == close_reason::forced && (!polling_->is_waiting() || !polling_->is_empty());
    if (polling_->is_waiting())
        polling_->answer(to_fetch ? nullptr : server_.control.close);
    if (to_fetch)
        server_.timers.arm(*this, server_.options.upgrade_timeout);
    else
        forget();
}

/// The session is not found any more; it dies with the last who holds it.
void live_session::forget() noexcept
{
    if (std::exchange(life_, life::closed) == life::closed)
        return;
    const auto self = shared_from_this();
    disarm();
    drop_probe();
    --(polling_ ? server_.stats.polling : server_.stats.websocket);
    if (polling_)
        polling_->abort();
    server_.erase(*this);
}

} // namespace chatd::engineio
