#pragma once

#include "sqlite_shared.hpp"

#include <deque>
#include <thread>

namespace chatd::sql {

/// Threads that read, each over its own connection and each piece of work in one snapshot.
class sqlite_readers {
  public:
    struct counters {
        std::atomic<std::uint64_t> reads{0};
        live_histogram wait;
    };

    sqlite_readers(async::loop& home, const sqlite_options& o, availability& state)
        : home_(home), options_(o), state_(state), queue_(o.max_queued)
    {
    }

    void start();
    /// Finishes what is queued and joins.
    void stop();

    [[nodiscard]] bool submit(work& w) noexcept { return queue_.push(w); }
    [[nodiscard]] std::size_t queued() const { return queue_.size(); }
    [[nodiscard]] const counters& done() const noexcept { return counters_; }
    void collect(std::vector<statement_stats>& into) const;

  private:
    struct reader {
        connection_slot slot;
        std::uint64_t generation = 0; ///< of the file when the connection was opened
        std::thread thread;
    };

    void run(reader& r);
    [[nodiscard]] result<void> serve(reader& r, work& w);
    [[nodiscard]] result<void> refresh(reader& r);

    async::loop& home_;
    const sqlite_options& options_;
    availability& state_;
    work_queue queue_;
    counters counters_;
    std::deque<reader> readers_;
};

} // namespace chatd::sql
