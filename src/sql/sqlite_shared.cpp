#include "sqlite_shared.hpp"

#include <chatd/base/log.hpp>

#include <algorithm>

namespace chatd::sql {

void resume_on(async::loop& l, const work_list& finished)
{
    if (finished.empty())
        return;
    l.post([first = finished.first()] {
        // A resumed coroutine may be gone, and its work with it.
        for (work* current = first; current != nullptr;) {
            work* next = current->next;
            current->waiting.resume();
            current = next;
        }
    });
}

void availability::lost(const error& why)
{
    const std::lock_guard lock(mutex_);
    const bool first = up_.exchange(false);
    const auto now = std::chrono::steady_clock::now();
    if (first)
        failures_.fetch_add(1);
    if (!first && now - last_line_ < std::chrono::seconds(30))
        return;
    last_line_ = now;
    log::error("sql", "database unavailable", {{"error", why.detail}, {"where", why.where}});
}

void availability::restored()
{
    const std::lock_guard lock(mutex_);
    if (!up_.exchange(true))
        log::info("sql", "database available again");
}

void live_histogram::add(std::chrono::steady_clock::duration d) noexcept
{
    const auto us = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(d).count()));
    const auto bucket = std::lower_bound(histogram::bounds_us.begin(), histogram::bounds_us.end(), us) -
                        histogram::bounds_us.begin();
    counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    total_us_.fetch_add(us, std::memory_order_relaxed);
}

void live_histogram::add_to(histogram& into) const noexcept
{
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        const auto n = counts_[i].load(std::memory_order_relaxed);
        into.counts[i] += n;
        into.samples += n;
    }
    into.total_us += total_us_.load(std::memory_order_relaxed);
}

} // namespace chatd::sql
