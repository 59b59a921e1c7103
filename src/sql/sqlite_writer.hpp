#pragma once

#include "sqlite_shared.hpp"

#include <functional>
#include <thread>

namespace chatd::sql {

/// The one thread that writes: takes what is waiting, runs it in one transaction, commits, answers all.
class sqlite_writer {
  public:
    /// What it shares with the rest of the database; all outlive it.
    struct surroundings {
        async::loop& home;
        const sqlite_options& options;
        availability& state;
        writer_turn& turn;
        std::function<void(std::int64_t)> wal_grew; ///< writer thread
        std::function<void()> close_others;         ///< writer thread: all connections but its own
    };
    struct counters {
        std::atomic<std::uint64_t> writes{0}, commits{0};
        live_histogram commit_time, wait;
    };

    explicit sqlite_writer(surroundings s) : around_(std::move(s)), queue_(around_.options.max_queued) {}

    /// Opens and prepares the file; then starts the thread.
    [[nodiscard]] result<void> start();
    /// Finishes what is queued and joins.
    void stop();

    [[nodiscard]] bool submit(work& w) noexcept { return around_.state.up() && queue_.push(w); }
    void set_background(background* b) noexcept { background_ = b; }
    /// Somebody has called state.suspect(). Any thread.
    void look() noexcept { queue_.interrupt(); }
    [[nodiscard]] std::size_t queued() const { return queue_.size(); }
    [[nodiscard]] const counters& done() const noexcept { return counters_; }
    void collect(std::vector<statement_stats>& into) const { slot_.collect(into); }

  private:
    enum class undo { whole, each };

    void run();
    [[nodiscard]] std::optional<work_queue::time_point> next_slice() const noexcept;
    [[nodiscard]] bool slice_due() const noexcept;
    [[nodiscard]] result<void> commit_together(work_list batch);
    [[nodiscard]] result<bool> execute_all(const work_list& batch, undo how);
    [[nodiscard]] result<bool> execute_alone(work& w);
    [[nodiscard]] result<bool> run_background();
    [[nodiscard]] result<void> open();
    void come_back(const error& why, bool anew);
    void refuse(work_list batch, const error& why);

    surroundings around_;
    work_queue queue_;
    connection_slot slot_;
    counters counters_;
    background* background_ = nullptr;
    bool slice_open_ = false; ///< the transaction holds a slice of the background's
    std::thread thread_;
};

} // namespace chatd::sql
