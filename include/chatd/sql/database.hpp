#pragma once

#include <chatd/async/task.hpp>
#include <chatd/base/result.hpp>
#include <chatd/sql/connection.hpp>

#include <array>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace chatd::sql {

enum class access { read, write };

/// Durations in buckets, for metrics: `counts[i]` of those up to `bounds_us[i]`, the last without bound.
struct histogram {
    static constexpr std::array<std::uint32_t, 12> bounds_us{50,   100,   250,   500,   1000,   2500,
                                                             5000, 10000, 25000, 50000, 100000, 1000000};
    std::array<std::uint64_t, bounds_us.size() + 1> counts{};
    std::uint64_t total_us = 0;
    std::uint64_t samples = 0;
};

/// What a database has done since its start. A copy.
struct database_stats {
    std::int64_t queued_reads = 0, queued_writes = 0;
    std::uint64_t reads = 0, writes = 0; ///< jobs finished
    std::uint64_t refused = 0;           ///< jobs turned away: queue full or database down
    std::uint64_t commits = 0;           ///< writes / commits = mean batch
    std::uint64_t failures = 0;          ///< times the database became unavailable
    std::uint64_t checkpoints = 0;
    std::int64_t wal_pages = 0;              ///< not yet copied into the database file
    histogram commit_time;                   ///< the COMMIT itself, with its sync
    histogram read_wait, write_wait;         ///< from run() to the first statement
    std::vector<statement_stats> statements; ///< one entry per name
};

/// Something to run once on a database thread. Lives in the frame of the coroutine that waits for it.
class work {
  public:
    /// True: keep what was written; false: undo it. May be called again after an undone attempt.
    virtual bool execute(connection& db) noexcept = 0;
    /// The outcome is `e` instead: nothing was kept.
    virtual void fail(const error& e) noexcept = 0;

    std::coroutine_handle<> waiting;
    std::chrono::steady_clock::time_point queued_at{};
    work* next = nullptr;

  protected:
    ~work() = default;
};

/// What the writer does of its own accord between other work, in slices. All calls on the writer's thread.
class background {
  public:
    /// When the next slice should run, with other work or alone; empty: nothing to do until something is
    /// written.
    [[nodiscard]] virtual std::optional<std::chrono::steady_clock::time_point> due() const noexcept = 0;
    /// One slice of a few milliseconds, inside a transaction of the writer's.
    [[nodiscard]] virtual result<void> run(connection& db) = 0;
    /// What became of the transaction of the last slice.
    virtual void finished(bool committed) noexcept = 0;

  protected:
    ~background() = default;
};

/// Threads with connections of their own. Work is a plain function over a connection, moved to a thread as
/// one transaction; the caller resumes on the I/O thread. Queues are bounded: above the bound, and while the
/// database is down, work is refused with `unavailable` and a retry_after. Destroy after stop().
class database {
  public:
    database() = default;
    database(const database&) = delete;
    database& operator=(const database&) = delete;
    virtual ~database() = default;

    /// Awaits `f(connection&) -> result<T>`. A write is kept when it answers a value, undone when it answers
    /// an error, and answered only after it is durable. `f` may run more than once (another attempt after a
    /// failed neighbour): it must not change its captures. I/O thread.
    template <class F>
    async::task<std::invoke_result_t<const F&, connection&>> run(access a, F f);

    /// False while the database refuses work. Any thread.
    [[nodiscard]] virtual bool healthy() const noexcept = 0;
    /// Any thread.
    [[nodiscard]] virtual database_stats stats() const = 0;
    /// Before start; `b` outlives the database's threads.
    virtual void set_background(background* b) noexcept = 0;

  private:
    template <class F>
    class job;

    /// False when refused.
    [[nodiscard]] virtual bool submit(access a, work& w) noexcept = 0;
};

template <class F>
class database::job final : public work {
  public:
    using result_type = std::invoke_result_t<const F&, connection&>;

    job(database& owner, access a, const F& f) noexcept : owner_(owner), access_(a), function_(f) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> h) noexcept
    {
        waiting = h;
        return owner_.submit(access_, *this);
    }
    result_type await_resume()
    {
        if (failure_)
            std::rethrow_exception(failure_);
        if (outcome_)
            return std::move(*outcome_);
        error refused(errc::unavailable, "the database is down or busy");
        refused.retry_after = std::chrono::seconds(1);
        return refused;
    }

    bool execute(connection& db) noexcept override
    {
        outcome_.reset();
        failure_ = nullptr;
        try {
            outcome_.emplace(function_(db));
        } catch (...) {
            failure_ = std::current_exception();
        }
        return outcome_ && *outcome_;
    }
    void fail(const error& e) noexcept override
    {
        failure_ = nullptr;
        outcome_.emplace(e);
    }

  private:
    database& owner_;
    access access_;
    const F& function_;
    std::optional<result_type> outcome_;
    std::exception_ptr failure_;
};

template <class F>
async::task<std::invoke_result_t<const F&, connection&>> database::run(access a, F f)
{
    co_return co_await job<F>{*this, a, f};
}

} // namespace chatd::sql
