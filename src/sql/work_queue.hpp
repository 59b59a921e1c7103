#pragma once

#include <chatd/async/loop.hpp>
#include <chatd/sql/database.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

namespace chatd::sql {

/// A chain of work, first to last, linked through work::next.
class work_list {
  public:
    void push(work& w) noexcept
    {
        w.next = nullptr;
        (last_ != nullptr ? last_->next : first_) = &w;
        last_ = &w;
        ++size_;
    }
    work* pop() noexcept
    {
        work* taken = first_;
        if (taken == nullptr)
            return nullptr;
        first_ = taken->next;
        if (first_ == nullptr)
            last_ = nullptr;
        --size_;
        return taken;
    }
    [[nodiscard]] work* first() const noexcept { return first_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

  private:
    work* first_ = nullptr;
    work* last_ = nullptr;
    std::size_t size_ = 0;
};

/// Work that waits for a thread, bounded. Any thread.
class work_queue {
  public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit work_queue(std::size_t bound) noexcept : bound_(bound) {}

    /// False when full or closed.
    [[nodiscard]] bool push(work& w) noexcept
    {
        w.queued_at = std::chrono::steady_clock::now();
        {
            const std::lock_guard lock(mutex_);
            if (closed_ || list_.size() >= bound_)
                return false;
            list_.push(w);
            if (sleepers_ == 0)
                return true;
        }
        wake_.notify_one();
        return true;
    }
    /// Up to `max` pieces of work; waits for the first until `deadline` (empty: for ever) or close().
    [[nodiscard]] work_list take(std::size_t max, std::optional<time_point> deadline = {})
    {
        std::unique_lock lock(mutex_);
        const auto ready = [this] { return closed_ || interrupted_ || !list_.empty(); };
        ++sleepers_;
        if (deadline)
            wake_.wait_until(lock, *deadline, ready);
        else
            wake_.wait(lock, ready);
        --sleepers_;
        interrupted_ = false;
        work_list taken;
        while (taken.size() < max && !list_.empty())
            taken.push(*list_.pop());
        return taken;
    }
    /// All there is, at once.
    [[nodiscard]] work_list take_waiting()
    {
        const std::lock_guard lock(mutex_);
        return std::exchange(list_, {});
    }
    /// Makes one take() return, if need be without work.
    void interrupt() noexcept
    {
        {
            const std::lock_guard lock(mutex_);
            interrupted_ = true;
        }
        wake_.notify_one();
    }
    /// Sleeps for `d` or until close().
    void pause(std::chrono::milliseconds d)
    {
        std::unique_lock lock(mutex_);
        closing_.wait_for(lock, d, [this] { return closed_; });
    }
    /// No more pushes; what waits can still be taken.
    void close() noexcept
    {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        wake_.notify_all();
        closing_.notify_all();
    }
    [[nodiscard]] bool closed() const
    {
        const std::lock_guard lock(mutex_);
        return closed_;
    }
    [[nodiscard]] std::size_t size() const
    {
        const std::lock_guard lock(mutex_);
        return list_.size();
    }

  private:
    const std::size_t bound_;
    mutable std::mutex mutex_;
    std::condition_variable wake_, closing_;
    work_list list_;
    std::size_t sleepers_ = 0;
    bool closed_ = false;
    bool interrupted_ = false;
};

/// Resumes all who wait, first to last, in one post. The list is consumed.
void resume_on(async::loop& l, const work_list& finished);

} // namespace chatd::sql
