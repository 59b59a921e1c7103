#pragma once

#include <chatd/async/loop.hpp>
#include <chatd/sql/database.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace chatd::sql {

struct sqlite_options {
    std::string path; ///< file; its folder exists
    std::size_t readers = 2;
    std::size_t max_queued = 8192; ///< of reads and of writes; above it work is refused
    std::size_t max_batch = 512;   ///< jobs in one commit
    std::chrono::milliseconds busy_timeout{1000};
    std::chrono::milliseconds longest_pause{2000}; ///< between attempts to come back after a failure
    std::int64_t checkpoint_pages = 8192;          ///< of 4 KiB in the WAL before they are copied
    std::int64_t truncate_pages = 65536;           ///< above this the WAL file is cut
    std::int64_t max_pages = 0;                    ///< 0: no limit of the file's size
    /// Runs on the writer's connection each time one is opened: migrations.
    std::function<result<void>(connection&)> prepare;
};

/// A single SQLite connection: WAL, synchronous=FULL, foreign keys. For migrations, tools and tests;
/// `:memory:` works. unavailable: cannot be opened, locked, not a database.
[[nodiscard]] result<std::unique_ptr<connection>> open_sqlite(const sqlite_options& o, access a);

/// SQLite as a database: one writer that commits what is waiting together, readers, and a thread that copies
/// the WAL into the file. Answers of one commit come back in one post, in commit order. When the file is
/// locked, full or damaged, work is refused, and the writer opens it again until it works.
class sqlite_database final : public database {
  public:
    sqlite_database(async::loop& l, sqlite_options o);
    ~sqlite_database() override;

    /// Opens the file, prepares it, starts the threads. The error says why it cannot.
    [[nodiscard]] result<void> start();
    /// Finishes what is queued, joins the threads, empties the WAL. Answers are posted: the loop must run on
    /// to deliver them. I/O thread.
    void stop();

    [[nodiscard]] bool healthy() const noexcept override;
    [[nodiscard]] database_stats stats() const override;
    void set_background(background* b) noexcept override;

  private:
    [[nodiscard]] bool submit(access a, work& w) noexcept override;

    struct threads;
    std::unique_ptr<threads> threads_;
};

} // namespace chatd::sql
