#include "session_state.hpp"

namespace chatd::engineio {

using std::chrono::milliseconds;

session_state::session_state(int version, transport_kind t, heartbeat_options h, time now) noexcept
    : mark_(version == 4 ? now + h.interval : now), interval_(static_cast<std::uint32_t>(h.interval.count())),
      timeout_(static_cast<std::uint32_t>(h.timeout.count())), version_(static_cast<std::uint8_t>(version)),
      transport_(t)
{
}

session_state::action session_state::feed(const packet& p, time now) noexcept
{
    switch (p.type) {
    case packet_type::message:
        return action::deliver;
    case packet_type::close:
        return action::close;
    case packet_type::ping:
        if (version_ != 3)
            return action::fail;
        mark_ = now;
        return action::send_pong;
    case packet_type::pong:
        if (version_ != 4)
            return action::fail;
        mark_ = now + milliseconds{interval_};
        ping_sent_ = false;
        return action::heard;
    default:
        return action::none;
    }
}

session_state::action session_state::feed_probe(const packet& p) noexcept
{
    if (upgrade_ == upgrade::connected && p.is_text && p.type == packet_type::ping && p.data == "probe") {
        upgrade_ = upgrade::probed;
        return action::answer_probe;
    }
    if (upgrade_ == upgrade::probed && p.is_text && p.type == packet_type::upgrade) {
        upgrade_ = upgrade::none;
        transport_ = transport_kind::websocket;
        return action::complete_upgrade;
    }
    return action::fail;
}

bool session_state::may_probe() const noexcept
{
    return transport_ == transport_kind::polling && upgrade_ == upgrade::none;
}

session_state::tick session_state::on_time(time now) noexcept
{
    if (is_expired(now))
        return tick::give_up;
    if (version_ != 4 || ping_sent_ || now < mark_)
        return tick::wait;
    ping_sent_ = true;
    return tick::send_ping;
}

session_state::time session_state::next_deadline() const noexcept
{
    if (version_ == 3)
        return mark_ + milliseconds{interval_} + milliseconds{timeout_};
    return ping_sent_ ? mark_ + milliseconds{timeout_} : mark_;
}

bool session_state::is_expired(time now) const noexcept
{
    if (version_ == 3)
        return now >= next_deadline();
    return now >= mark_ + milliseconds{timeout_};
}

} // namespace chatd::engineio
