#include "sqlite_checkpointer.hpp"

#include <chatd/base/log.hpp>

namespace chatd::sql {
namespace {

/// A quiet WAL is copied after this long, so that a start after a crash has nothing to recover.
constexpr std::chrono::seconds quiet_period{5};

} // namespace

void sqlite_checkpointer::start()
{
    thread_ = std::thread([this] { run(); });
}

void sqlite_checkpointer::stop()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void sqlite_checkpointer::wal_grew(std::int64_t pages) noexcept
{
    const auto before = pages_.exchange(pages, std::memory_order_relaxed);
    if (before < options_.checkpoint_pages && pages >= options_.checkpoint_pages) {
        // Taken and left: the thread is either waiting, or will look before it waits.
        {
            const std::lock_guard lock(mutex_);
        }
        wake_.notify_one();
    }
}

void sqlite_checkpointer::run()
{
    std::int64_t copied_at = 0;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const auto full = [this] { return stopping_ || wal_pages() >= options_.checkpoint_pages; };
        const auto seen = wal_pages();
        wake_.wait_for(lock, quiet_period, full);
        if (stopping_)
            break;
        const auto pages = wal_pages();
        const bool quiet = pages == seen && pages != copied_at;
        if (pages < options_.checkpoint_pages && !quiet)
            continue;
        lock.unlock();
        copy();
        lock.lock();
        copied_at = pages;
        // A reader that keeps an old snapshot may hold the WAL: no hot loop around it.
        if (wal_pages() >= options_.checkpoint_pages)
            wake_.wait_for(lock, std::chrono::milliseconds(100), [this] { return stopping_; });
    }
    lock.unlock();
    const auto used = slot_.in_use();
    if (auto* db = connection(); db != nullptr)
        static_cast<void>(db->copy_wal(SQLITE_CHECKPOINT_TRUNCATE));
    slot_.put(nullptr);
}

sqlite_connection* sqlite_checkpointer::connection()
{
    if (slot_.get() != nullptr && !slot_.get()->faulty())
        return slot_.get();
    slot_.put(nullptr);
    if (!state_.up())
        return nullptr;
    auto opened = sqlite_connection::open(options_, access::write);
    if (!opened)
        return nullptr;
    slot_.put(std::move(*opened));
    return slot_.get();
}

void sqlite_checkpointer::copy()
{
    const auto used = slot_.in_use();
    auto* db = state_.up() ? connection() : nullptr;
    if (db == nullptr)
        return;
    if (auto done = copy_with(*db); !done) {
        log::warn("sql", "checkpoint failed", {{"error", done.error().detail}});
        return;
    }
    done_.fetch_add(1, std::memory_order_relaxed);
}

result<void> sqlite_checkpointer::copy_with(sqlite_connection& db)
{
    auto bulk = db.copy_wal(SQLITE_CHECKPOINT_PASSIVE);
    if (!bulk)
        return bulk.error();
    // What was written meanwhile; so that little is left, and little to sync, for the pause.
    if (auto more = db.copy_wal(SQLITE_CHECKPOINT_PASSIVE); !more)
        return more.error();
    turn_.pause();
    const bool cut = bulk->wal_pages > options_.truncate_pages;
    auto rest = db.copy_wal(cut ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE);
    if (rest && rest->copied == rest->wal_pages)
        pages_.store(0, std::memory_order_relaxed);
    turn_.go_on();
    if (!rest)
        return rest.error();
    return {};
}

} // namespace chatd::sql
