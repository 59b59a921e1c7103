#include "sqlite_checkpointer.hpp"
#include "sqlite_readers.hpp"
#include "sqlite_writer.hpp"

#include <algorithm>

namespace chatd::sql {

struct sqlite_database::threads {
    threads(async::loop& l, sqlite_options o)
        : options(std::move(o)), checkpointer(options, state, turn),
          writer({l, options, state, turn, [this](std::int64_t pages) { checkpointer.wal_grew(pages); },
                  [this] { close_others(); }}),
          readers(l, options, state, [this] { writer.look(); })
    {
    }

    void close_others()
    {
        checkpointer.close_connection();
        readers.close_connections();
    }

    sqlite_options options;
    availability state;
    writer_turn turn;
    sqlite_checkpointer checkpointer;
    sqlite_writer writer;
    sqlite_readers readers;
    std::atomic<std::uint64_t> refused{0};
    std::atomic<bool> running{false};
};

sqlite_database::sqlite_database(async::loop& l, sqlite_options o)
    : threads_(std::make_unique<threads>(l, std::move(o)))
{
}

sqlite_database::~sqlite_database()
{
    stop();
}

result<void> sqlite_database::start()
{
    if (auto opened = threads_->writer.start(); !opened)
        return opened;
    threads_->readers.start();
    threads_->checkpointer.start();
    threads_->running = true;
    return {};
}

void sqlite_database::stop()
{
    if (!threads_->running.exchange(false))
        return;
    threads_->readers.stop();
    threads_->writer.stop();
    threads_->checkpointer.stop();
}

bool sqlite_database::submit(access a, work& w) noexcept
{
    const bool taken = a == access::write ? threads_->writer.submit(w) : threads_->readers.submit(w);
    if (!taken)
        threads_->refused.fetch_add(1, std::memory_order_relaxed);
    return taken;
}

bool sqlite_database::healthy() const noexcept
{
    return threads_->running && threads_->state.up();
}

void sqlite_database::set_background(background* b) noexcept
{
    threads_->writer.set_background(b);
}

namespace {

/// Adds up the connections' entries of one name.
void merge_by_name(std::vector<statement_stats>& all)
{
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    std::vector<statement_stats> merged;
    for (const auto& s : all) {
        if (merged.empty() || merged.back().name != s.name) {
            merged.push_back(s);
            continue;
        }
        merged.back().calls += s.calls;
        merged.back().total_ns += s.total_ns;
        merged.back().longest_ns = std::max(merged.back().longest_ns, s.longest_ns);
    }
    all = std::move(merged);
}

} // namespace

database_stats sqlite_database::stats() const
{
    const auto& writes = threads_->writer.done();
    const auto& reads = threads_->readers.done();
    database_stats s;
    s.queued_reads = static_cast<std::int64_t>(threads_->readers.queued());
    s.queued_writes = static_cast<std::int64_t>(threads_->writer.queued());
    s.reads = reads.reads.load();
    s.writes = writes.writes.load();
    s.refused = threads_->refused.load();
    s.commits = writes.commits.load();
    s.failures = threads_->state.failures();
    s.checkpoints = threads_->checkpointer.done();
    s.wal_pages = threads_->checkpointer.wal_pages();
    writes.commit_time.add_to(s.commit_time);
    writes.wait.add_to(s.write_wait);
    reads.wait.add_to(s.read_wait);
    threads_->writer.collect(s.statements);
    threads_->readers.collect(s.statements);
    merge_by_name(s.statements);
    return s;
}

} // namespace chatd::sql
