#include <chatd/async/timer_wheel.hpp>

#include <algorithm>
#include <utility>

namespace chatd::async {

timer_wheel::timer_wheel(loop& l) : timer_(l.io()), start_(steady::now()) {}

timer_wheel::~timer_wheel()
{
    stop();
}

void timer_wheel::arm(entry& e, std::chrono::milliseconds from_now)
{
    e.disarm();
    if (stopped_)
        return;
    // Rounded up: a tick counts as reached when all of it has passed.
    const auto due = steady::now() + std::max(from_now, std::chrono::milliseconds{0}) + resolution;
    e.due_tick_ = std::max(tick_of(due - steady::duration(1)), done_tick_ + 1);
    slots_[static_cast<std::size_t>(e.due_tick_) % slot_count].push_back(e);
    if (!turning_ && (scheduled_tick_ == 0 || e.due_tick_ < scheduled_tick_))
        schedule(e.due_tick_);
}

void timer_wheel::stop()
{
    stopped_ = true;
    scheduled_tick_ = 0;
    timer_.cancel();
    for (auto& s : slots_)
        s.clear();
}

std::int64_t timer_wheel::tick_of(steady::time_point t) const noexcept
{
    return (t - start_) / resolution;
}

void timer_wheel::schedule(std::int64_t tick)
{
    scheduled_tick_ = tick;
    timer_.expires_at(start_ + tick * resolution);
    timer_.async_wait(
        [this, alive = std::weak_ptr<const bool>(alive_)](const boost::system::error_code& failed) {
            if (!failed && !alive.expired() && !stopped_)
                turn();
        });
}

void timer_wheel::turn()
{
    const std::int64_t now = tick_of(steady::now());
    // After a long pause every slot is served once, not once per missed tick.
    const std::int64_t first = std::max(done_tick_ + 1, now - static_cast<std::int64_t>(slot_count) + 1);
    done_tick_ = std::max(done_tick_, now);
    turning_ = true;
    for (std::int64_t tick = first; tick <= now && !stopped_; ++tick)
        serve(slots_[static_cast<std::size_t>(tick) % slot_count], now);
    turning_ = false;
    scheduled_tick_ = 0;
    if (const auto next = next_occupied(done_tick_ + 1); next != 0 && !stopped_)
        schedule(next);
}

void timer_wheel::serve(slot& s, std::int64_t now)
{
    slot waiting;
    waiting.splice(waiting.end(), s);
    while (!waiting.empty() && !stopped_) {
        entry& e = waiting.front();
        waiting.pop_front();
        if (e.due_tick_ > now)
            s.push_back(e);
        else
            e.expired();
    }
}

std::int64_t timer_wheel::next_occupied(std::int64_t from) const noexcept
{
    for (std::int64_t tick = from; tick < from + static_cast<std::int64_t>(slot_count); ++tick)
        if (!slots_[static_cast<std::size_t>(tick) % slot_count].empty())
            return tick;
    return 0;
}

} // namespace chatd::async
