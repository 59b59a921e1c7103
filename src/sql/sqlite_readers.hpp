#pragma once

#include "sqlite_shared.hpp"

#include <deque>
#include <functional>
#include <thread>

namespace chatd::sql {

/// Threads that read, each over its own connection and each piece of work in one snapshot.
class sqlite_readers {
  public:
    struct counters {
        std::atomic<std::uint64_t> reads{0};
        live_histogram wait;
    };

    /// `alarm` tells the writer to check the file; any thread.
    sqlite_readers(async::loop& home, const sqlite_options& o, availability& state,
                   std::function<void()> alarm);

    void start();
    /// Finishes what is queued and joins.
    void stop();

    /// Closes all connections; they are opened again when needed. Waits for running work. Any thread.
    void close_connections();

    [[nodiscard]] bool submit(work& w) noexcept { return queue_.push(w); }
    [[nodiscard]] std::size_t queued() const { return queue_.size(); }
    [[nodiscard]] const counters& done() const noexcept { return counters_; }
    void collect(std::vector<statement_stats>& into) const;

  private:
    struct reader {
        connection_slot slot;
        std::thread thread;
    };

    void run(reader& r);
    [[nodiscard]] result<void> serve(reader& r, work& w);
    [[nodiscard]] result<void> refresh(reader& r);

    async::loop& home_;
    const sqlite_options& options_;
    availability& state_;
    std::function<void()> alarm_;
    work_queue queue_;
    counters counters_;
    std::deque<reader> readers_;
};

} // namespace chatd::sql
