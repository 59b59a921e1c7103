#include "sqlite_readers.hpp"

namespace chatd::sql {
namespace {

constexpr statement begin_read{"begin_read", "BEGIN"};
constexpr statement end_read{"end_read", "COMMIT"};

} // namespace

sqlite_readers::sqlite_readers(async::loop& home, const sqlite_options& o, availability& state,
                               std::function<void()> alarm)
    : home_(home), options_(o), state_(state), alarm_(std::move(alarm)), queue_(o.max_queued),
      readers_(o.readers)
{
}

void sqlite_readers::start()
{
    for (auto& r : readers_)
        r.thread = std::thread([this, &r] { run(r); });
}

void sqlite_readers::stop()
{
    queue_.close();
    for (auto& r : readers_)
        r.thread.join();
    close_connections();
}

void sqlite_readers::collect(std::vector<statement_stats>& into) const
{
    for (const auto& r : readers_)
        r.slot.collect(into);
}

void sqlite_readers::run(reader& r)
{
    for (;;) {
        auto taken = queue_.take(1);
        if (taken.empty())
            return;
        auto& w = *taken.first();
        counters_.wait.add(std::chrono::steady_clock::now() - w.queued_at);
        if (auto done = serve(r, w); !done) {
            auto e = done.error();
            e.retry_after = std::chrono::seconds(1);
            w.fail(e);
            if (state_.readable()) {
                state_.lost(e);
                state_.suspect();
                alarm_();
            }
        }
        counters_.reads.fetch_add(1, std::memory_order_relaxed);
        resume_on(home_, taken);
    }
}

/// The error is the database's, not the job's.
result<void> sqlite_readers::serve(reader& r, work& w)
{
    const auto used = r.slot.in_use();
    if (auto done = refresh(r); !done)
        return done;
    connection& db = *r.slot.get();
    if (auto begun = db.exec(begin_read); !begun)
        return begun.error();
    static_cast<void>(w.execute(db));
    if (db.faulty())
        return error(errc::unavailable, "a read failed");
    if (auto ended = db.exec(end_read); !ended)
        return ended.error();
    return {};
}

result<void> sqlite_readers::refresh(reader& r)
{
    if (r.slot.get() != nullptr && !r.slot.get()->faulty())
        return {};
    r.slot.put(nullptr);
    if (!state_.readable())
        return error(errc::unavailable, "the database is down");
    auto opened = sqlite_connection::open(options_, access::read);
    if (!opened)
        return std::move(opened).error();
    r.slot.put(std::move(*opened));
    return {};
}

void sqlite_readers::close_connections()
{
    for (auto& r : readers_)
        r.slot.close();
}

} // namespace chatd::sql
