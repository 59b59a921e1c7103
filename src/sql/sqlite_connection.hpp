#pragma once

#include <chatd/sql/connection.hpp>
#include <chatd/sql/sqlite_database.hpp>

#include <sqlite3.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <unordered_map>

namespace chatd::sql {

/// What an SQLite result code means to a caller. `message` is sqlite3_errmsg's text.
[[nodiscard]] error sqlite_error(int code, std::string_view message, std::string_view where);

/// Teaches a connection `chatd_bm25(table, column)`: relevance of an FTS5 row (larger is better) from one
/// column only and without touching rows that did not match.
[[nodiscard]] int register_ranking(sqlite3* db);

class sqlite_connection final : public connection {
  public:
    [[nodiscard]] static result<std::unique_ptr<sqlite_connection>> open(const sqlite_options& o, access a);
    ~sqlite_connection() override;

    result<std::int64_t> query(const statement& s, params p, row_visitor on_row) override;
    result<std::int64_t> exec(const statement& s, params p) override;
    result<void> script(std::string_view text) override;
    bool in_transaction() const noexcept override;
    std::int64_t changes() const noexcept override;
    bool faulty() const noexcept override { return outage_ != SQLITE_OK; }
    std::string_view dialect() const noexcept override { return "sqlite"; }
    void collect(std::vector<statement_stats>& into) const override;

    /// True when the connection itself is of no more use; a lock or a full disk passes.
    [[nodiscard]] bool spoiled() const noexcept;
    /// Proves that a commit works, by one that changes nothing; then it is not faulty any more.
    [[nodiscard]] result<void> probe();
    /// Calls `committed` with the number of pages in the WAL after each commit, on the connection's thread.
    void watch_wal(std::function<void(std::int64_t)> committed);

    struct checkpoint {
        std::int64_t wal_pages = 0; ///< in the WAL
        std::int64_t copied = 0;    ///< of these, also in the file
    };
    /// SQLITE_CHECKPOINT_PASSIVE or _TRUNCATE.
    [[nodiscard]] result<checkpoint> copy_wal(int mode);

  private:
    struct prepared {
        sqlite3_stmt* handle = nullptr;
        std::vector<int> slots; ///< of `$1…` in SQLite's numbering
        std::string_view name;
        std::atomic<std::uint64_t> calls{0}, total_ns{0}, longest_ns{0};
    };
    class run;

    explicit sqlite_connection(sqlite3* db) noexcept : db_(db) {}
    [[nodiscard]] result<prepared*> prepare(const statement& s);
    [[nodiscard]] error fail(int code, std::string_view where);
    [[nodiscard]] result<void> configure(const sqlite_options& o, access a);

    sqlite3* db_;
    int outage_ = SQLITE_OK;              ///< the last code that meant `unavailable`
    mutable std::mutex statements_mutex_; ///< insertions (own thread) against collect() (any)
    std::unordered_map<const statement*, prepared> statements_;
    std::function<void(std::int64_t)> committed_;
};

} // namespace chatd::sql
