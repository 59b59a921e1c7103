#pragma once

#include "sqlite_connection.hpp"
#include "work_queue.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace chatd::sql {

/// A connection used by one thread, whose statement statistics any thread may read, and which the writer
/// closes when the file has to be opened anew by all.
class connection_slot {
  public:
    void put(std::unique_ptr<sqlite_connection> c)
    {
        const std::lock_guard lock(mutex_);
        connection_ = std::move(c);
    }
    /// Own thread, while it holds in_use().
    [[nodiscard]] sqlite_connection* get() const noexcept { return connection_.get(); }
    /// Held by the thread that uses the connection; uncontended but for close().
    [[nodiscard]] std::unique_lock<std::mutex> in_use() { return std::unique_lock(use_); }
    /// Waits until the connection is not in use.
    void close()
    {
        const auto nobody = in_use();
        put(nullptr);
    }
    void collect(std::vector<statement_stats>& into) const
    {
        const std::lock_guard lock(mutex_);
        if (connection_)
            connection_->collect(into);
    }

  private:
    mutable std::mutex mutex_;
    std::mutex use_;
    std::unique_ptr<sqlite_connection> connection_;
};

/// Whether the file can be used; who finds that it cannot says so here, the writer brings it back.
class availability {
  public:
    [[nodiscard]] bool up() const noexcept { return up_.load(std::memory_order_acquire); }
    /// False while nobody but the writer may open the file. A full disk or a lock leaves it readable.
    [[nodiscard]] bool readable() const noexcept { return readable_.load(std::memory_order_acquire); }
    [[nodiscard]] std::uint64_t failures() const noexcept { return failures_.load(); }
    void set_readable(bool r) noexcept { readable_.store(r, std::memory_order_release); }

    /// Logs the first failure and then one line per half minute.
    void lost(const error& why);
    void restored();
    /// A reader has failed: the writer shall check the file.
    void suspect() noexcept { suspected_.store(true); }
    [[nodiscard]] bool take_suspicion() noexcept { return suspected_.exchange(false); }

  private:
    std::atomic<bool> up_{true}, readable_{true}, suspected_{false};
    std::atomic<std::uint64_t> failures_{0};
    std::mutex mutex_;
    std::chrono::steady_clock::time_point last_line_{};
};

/// Keeps the writer between two transactions while the rest of the WAL is copied.
class writer_turn {
  public:
    /// Writer: waits until nobody wants a pause.
    void enter()
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !paused_; });
        writing_ = true;
    }
    void leave()
    {
        {
            const std::lock_guard lock(mutex_);
            writing_ = false;
        }
        changed_.notify_all();
    }
    /// Checkpointer: returns when the writer stands still.
    void pause()
    {
        std::unique_lock lock(mutex_);
        paused_ = true;
        changed_.wait(lock, [this] { return !writing_; });
    }
    void go_on()
    {
        {
            const std::lock_guard lock(mutex_);
            paused_ = false;
        }
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool writing_ = false;
    bool paused_ = false;
};

/// A histogram that one thread fills and others read.
class live_histogram {
  public:
    void add(std::chrono::steady_clock::duration d) noexcept;
    void add_to(histogram& into) const noexcept;

  private:
    std::array<std::atomic<std::uint64_t>, histogram{}.counts.size()> counts_{};
    std::atomic<std::uint64_t> total_us_{0};
};

} // namespace chatd::sql
