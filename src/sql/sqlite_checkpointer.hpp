#pragma once

#include "sqlite_shared.hpp"

#include <thread>

namespace chatd::sql {

/// Copies the WAL into the database file on a thread of its own. The bulk goes beside the writer; for the
/// rest the writer stands still for a moment, so that it starts again at the WAL's beginning: writing over a
/// file that does not grow keeps its syncs short.
class sqlite_checkpointer {
  public:
    sqlite_checkpointer(const sqlite_options& o, availability& state, writer_turn& turn)
        : options_(o), state_(state), turn_(turn)
    {
    }

    void start();
    /// After the writer has stopped: empties the WAL and joins.
    void stop();

    /// Waits for a running copy. Any thread.
    void close_connection() { slot_.close(); }
    /// The WAL now holds `pages`. Any thread.
    void wal_grew(std::int64_t pages) noexcept;
    [[nodiscard]] std::int64_t wal_pages() const noexcept { return pages_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t done() const noexcept { return done_.load(std::memory_order_relaxed); }

  private:
    void run();
    void copy();
    [[nodiscard]] result<void> copy_with(sqlite_connection& db);
    [[nodiscard]] sqlite_connection* connection();

    const sqlite_options& options_;
    availability& state_;
    writer_turn& turn_;
    connection_slot slot_;
    std::atomic<std::int64_t> pages_{0};
    std::atomic<std::uint64_t> done_{0};
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace chatd::sql
