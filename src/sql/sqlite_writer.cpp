#include "sqlite_writer.hpp"

#include <chatd/base/log.hpp>

#include <algorithm>

namespace chatd::sql {
namespace {

constexpr statement begin_write{"begin_write", "BEGIN IMMEDIATE"};
constexpr statement commit_write{"commit", "COMMIT"};
constexpr statement rollback_write{"rollback", "ROLLBACK"};

void roll_back(connection& db)
{
    if (db.in_transaction())
        static_cast<void>(db.exec(rollback_write));
}

} // namespace

result<void> sqlite_writer::start()
{
    if (auto opened = open(); !opened)
        return opened;
    if (auto done = slot_.get()->probe(); !done)
        return done;
    thread_ = std::thread([this] { run(); });
    return {};
}

void sqlite_writer::stop()
{
    queue_.close();
    if (thread_.joinable())
        thread_.join();
    slot_.put(nullptr);
}

result<void> sqlite_writer::open()
{
    slot_.put(nullptr);
    auto opened = sqlite_connection::open(around_.options, access::write);
    if (!opened)
        return std::move(opened).error();
    auto& db = **opened;
    if (around_.options.prepare)
        if (auto done = around_.options.prepare(db); !done)
            return done;
    db.watch_wal(around_.wal_grew);
    slot_.put(std::move(*opened));
    return {};
}

void sqlite_writer::run()
{
    for (;;) {
        const auto batch = queue_.take(around_.options.max_batch, next_slice());
        if (batch.empty() && queue_.closed())
            return;
        if (around_.state.take_suspicion()) {
            const error why(errc::unavailable, "a reader has failed");
            refuse(batch, why);
            come_back(why, true);
            continue;
        }
        if (batch.empty() && !slice_due())
            continue;
        around_.turn.enter();
        const auto done = commit_together(batch);
        around_.turn.leave();
        if (!done)
            come_back(done.error(), slot_.get()->spoiled());
    }
}

std::optional<work_queue::time_point> sqlite_writer::next_slice() const noexcept
{
    return background_ != nullptr ? background_->due() : std::nullopt;
}

bool sqlite_writer::slice_due() const noexcept
{
    const auto next = next_slice();
    return next && *next <= std::chrono::steady_clock::now();
}

result<void> sqlite_writer::commit_together(work_list batch)
{
    connection& db = *slot_.get();
    const auto started = std::chrono::steady_clock::now();
    for (work* w = batch.first(); w != nullptr; w = w->next)
        counters_.wait.add(started - w->queued_at);

    auto clean = execute_all(batch, undo::whole);
    if (clean && !*clean)
        clean = execute_all(batch, undo::each);
    if (clean && slice_due())
        clean = run_background();
    const auto before = std::chrono::steady_clock::now();
    auto done = clean ? db.exec(commit_write) : result<std::int64_t>(clean.error());
    if (slice_open_)
        background_->finished(static_cast<bool>(done));
    slice_open_ = false;
    if (!done) {
        roll_back(db);
        refuse(batch, done.error());
        return done.error();
    }
    counters_.commit_time.add(std::chrono::steady_clock::now() - before);
    counters_.commits.fetch_add(1, std::memory_order_relaxed);
    counters_.writes.fetch_add(batch.size(), std::memory_order_relaxed);
    resume_on(around_.home, batch);
    return {};
}

/// Begins and runs. False: something has to be undone for one piece only; the transaction is gone. The error
/// is the database's, not a job's.
result<bool> sqlite_writer::execute_all(const work_list& batch, undo how)
{
    connection& db = *slot_.get();
    if (auto begun = db.exec(begin_write); !begun)
        return begun.error();
    for (work* w = batch.first(); w != nullptr; w = w->next) {
        if (how == undo::each) {
            if (auto done = execute_alone(*w); !done)
                return done;
            continue;
        }
        const auto before = db.changes();
        const bool keep = w->execute(db);
        if (db.faulty() || !db.in_transaction())
            return error(errc::unavailable, "a write failed");
        if (!keep && db.changes() != before) {
            roll_back(db);
            return false;
        }
    }
    return true;
}

result<bool> sqlite_writer::execute_alone(work& w)
{
    connection& db = *slot_.get();
    auto tx = transaction::begin(db);
    if (!tx)
        return tx.error();
    const bool keep = w.execute(db);
    if (db.faulty() || !db.in_transaction())
        return error(errc::unavailable, "a write failed");
    if (keep)
        if (auto done = tx->commit(); !done)
            return done.error();
    return true;
}

/// A slice that fails by itself is undone and logged; an error here is the database's.
result<bool> sqlite_writer::run_background()
{
    connection& db = *slot_.get();
    auto tx = transaction::begin(db);
    auto done = tx ? background_->run(db) : result<void>(tx.error());
    if (done)
        done = tx->commit();
    if (done) {
        slice_open_ = true;
        return true;
    }
    background_->finished(false);
    if (db.faulty() || !db.in_transaction())
        return done.error();
    log::error("sql", "background work failed",
               {{"error", done.error().detail}, {"where", done.error().where}});
    return true;
}

void sqlite_writer::refuse(work_list batch, const error& why)
{
    error e(errc::unavailable, why.detail);
    e.where = why.where;
    e.retry_after = std::chrono::seconds(1);
    for (work* w = batch.first(); w != nullptr; w = w->next)
        w->fail(e);
    resume_on(around_.home, batch);
}

/// Tries until a commit works; meanwhile all writes are refused. `anew`: no open connection can be trusted,
/// so all are closed before the file is opened again.
void sqlite_writer::come_back(const error& why, bool anew)
{
    error latest = why;
    for (std::chrono::milliseconds pause{50};; pause = std::min(pause * 2, around_.options.longest_pause)) {
        around_.state.lost(latest);
        refuse(queue_.take_waiting(), latest);
        if (anew) {
            around_.state.set_readable(false);
            slot_.put(nullptr);
            around_.close_others();
        }
        auto works = slot_.get() != nullptr ? result<void>() : open();
        if (works) {
            around_.state.set_readable(true);
            works = slot_.get()->probe();
            anew = slot_.get()->spoiled();
        }
        if (works) {
            around_.state.restored();
            return;
        }
        latest = works.error();
        if (queue_.closed())
            return;
        queue_.pause(pause);
    }
}

} // namespace chatd::sql
