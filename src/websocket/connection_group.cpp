#include <chatd/websocket/connection.hpp>

#include <algorithm>
#include <utility>

namespace chatd::websocket {

connection_group::connection_group(async::loop& l, connection_options o, connection_stats& stats)
    : loop_(l), options_(o), stats_(stats), scratch_(std::make_unique<char[]>(scratch_size)), timer_(l.io()),
      self_(std::make_shared<connection_group*>(this))
{
}

connection_group::~connection_group()
{
    *self_ = nullptr;
    for (auto* left : {&dirty_, &watched_}) {
        while (!left->empty()) {
            auto& c = left->front();
            c.owner_ = nullptr;
            c.drop(true); // unlinks
        }
    }
}

void connection_group::mark_dirty(connection& c)
{
    dirty_.push_back(c);
    if (std::exchange(flush_posted_, true))
        return;
    loop_.post([self = self_] {
        if (*self != nullptr)
            (*self)->flush_all();
    });
}

void connection_group::flush_all() noexcept
{
    flush_posted_ = false;
    // What owners send meanwhile, on hearing that a connection has gone, waits for the next turn.
    auto batch = std::move(dirty_);
    while (!batch.empty()) {
        auto& c = batch.front();
        batch.pop_front();
        c.flush();
    }
}

void connection_group::watch(connection& c, std::chrono::milliseconds at_most)
{
    c.deadline_ = connection::steady::now() + at_most;
    if (!c.is_linked())
        watched_.push_back(c);
    arm_timer();
}

// A coarse look at the few that wait costs less than a timer for each.
void connection_group::arm_timer()
{
    if (std::exchange(timer_armed_, true))
        return;
    constexpr std::chrono::milliseconds coarsest{1'000};
    constexpr std::chrono::milliseconds finest{10};
    const auto shortest = std::min(options_.stall_timeout, options_.close_timeout);
    timer_.expires_after(std::clamp(shortest / 4, finest, coarsest));
    timer_.async_wait([self = self_](const boost::system::error_code& ec) {
        if (*self == nullptr)
            return;
        (*self)->timer_armed_ = false;
        if (!ec)
            (*self)->check_watched();
    });
}

void connection_group::check_watched() noexcept
{
    const auto now = connection::steady::now();
    list due;
    for (auto at = watched_.begin(); at != watched_.end();) {
        auto& c = *at++;
        if (c.deadline_ > now)
            continue;
        c.unlink();
        due.push_back(c);
    }
    while (!due.empty()) {
        auto& c = due.front();
        due.pop_front();
        c.overdue();
    }
    if (!watched_.empty())
        arm_timer();
}

} // namespace chatd::websocket
