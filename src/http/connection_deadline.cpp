#include "connection.hpp"

namespace chatd::http {

using steady = async::timer_wheel::steady;

namespace {

constexpr std::chrono::milliseconds linger_time{2'000};

} // namespace

// The wheel's entry may be due earlier than the deadline: then it is armed again for the rest. So deadlines
// that move with every request cost a comparison.
void connection::set_deadline(deadline_kind kind, milliseconds d) noexcept
{
    deadline_kind_ = kind;
    deadline_ = steady::now() + d;
    if (!armed() || armed_for_ > deadline_) {
        context_.wheel.arm(*this, d);
        armed_for_ = deadline_;
    }
}

void connection::update_deadline() noexcept
{
    const auto& o = context_.options;
    auto kind = deadline_kind::idle;
    auto d = o.idle_timeout;
    if (lingering_) {
        kind = deadline_kind::linger;
        d = linger_time;
    } else if (blocked_) {
        kind = deadline_kind::write;
        d = o.body_timeout;
    } else if (waiting_ != nullptr) {
        deadline_kind_ = deadline_kind::none;
        return;
    } else if (reading_) {
        kind = parser_->header_done() ? deadline_kind::body : deadline_kind::header;
        d = parser_->header_done() ? o.body_timeout : o.header_timeout;
    } else if (!served_) {
        return; // the time to send the first request goes on
    }
    // Only idleness starts anew with each turn; the others bound a whole phase.
    if (kind != deadline_kind_ || kind == deadline_kind::idle)
        set_deadline(kind, d);
}

void connection::expired() noexcept
{
    if (deadline_kind_ == deadline_kind::none)
        return;
    const auto now = steady::now();
    if (now < deadline_) {
        armed_for_ = deadline_;
        context_.wheel.arm(*this, std::chrono::ceil<milliseconds>(deadline_ - now));
        return;
    }
    switch (deadline_kind_) {
    case deadline_kind::header:
    case deadline_kind::body:
        if (!reading_)
            return end();
        refuse(408);
        settle();
        break;
    case deadline_kind::write:
        stream_->reset();
        end();
        break;
    default:
        end();
    }
}

} // namespace chatd::http
