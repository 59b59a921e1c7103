#include "database_fixture.hpp"

#include <chatd/base/result.hpp>

#include <condition_variable>
#include <mutex>
#include <vector>

namespace chatd::sql {
namespace {

constexpr statement insert{"test_insert", "INSERT INTO items (id) VALUES ($1)"};
constexpr statement count{"test_count", "SELECT count(*) FROM items"};

result<void> make_table(connection& db)
{
    return db.script("CREATE TABLE IF NOT EXISTS items (id BIGINT NOT NULL PRIMARY KEY)");
}

/// Holds the writer until opened, so that work piles up behind it.
class barrier {
  public:
    void wait()
    {
        std::unique_lock lock(mutex_);
        opened_.wait(lock, [this] { return open_; });
    }
    void open()
    {
        {
            const std::lock_guard lock(mutex_);
            open_ = true;
        }
        opened_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool open_ = false;
};

class group_commit : public database_test {
  protected:
    using outcome = std::optional<result<std::int64_t>>;

    void open(sqlite_options o = {})
    {
        o.path = path();
        o.prepare = make_table;
        database_.emplace(loop(), std::move(o));
        auto started = database_->start();
        ASSERT_TRUE(started) << started.error().detail;
    }
    void TearDown() override
    {
        if (database_)
            database_->stop();
        loop().io().restart();
        loop().io().poll();
    }
    void hold(outcome& o)
    {
        start(database_->run(access::write,
                             [this](connection&) -> result<std::int64_t> {
                                 barrier_.wait();
                                 return 0;
                             }),
              o);
        run_until([this] { return database_->stats().queued_writes == 0; });
    }
    void add(std::int64_t id, outcome& o)
    {
        start(database_->run(access::write, [id](connection& db) { return db.exec(insert, {id}); }), o);
    }
    std::int64_t stored()
    {
        auto n = wait_for(database_->run(access::read, [](connection& db) {
            return db.first(count, {}, [](const row& r) { return r.integer(0); });
        }));
        EXPECT_TRUE(n);
        return n ? n->value_or(-1) : -1;
    }

    std::optional<sqlite_database> database_;
    barrier barrier_;
};

TEST_F(group_commit, what_waits_is_committed_together_and_answered_in_order)
{
    open();
    outcome held;
    hold(held);
    const auto commits = database_->stats().commits;
    std::vector<std::optional<result<std::int64_t>>> answers(50);
    std::vector<std::int64_t> order;
    for (std::int64_t i = 0; i < 50; ++i)
        add(i, answers[static_cast<std::size_t>(i)]);
    barrier_.open();
    run_until([&] { return answers.back().has_value(); });
    for (const auto& a : answers) {
        ASSERT_TRUE(a.has_value());
        EXPECT_TRUE(*a);
    }
    EXPECT_EQ(database_->stats().commits, commits + 2); // the held one, and all others
    EXPECT_EQ(database_->stats().writes, 51u);
    EXPECT_EQ(stored(), 50);
}

TEST_F(group_commit, one_failing_job_undoes_only_itself)
{
    open();
    outcome held;
    hold(held);
    outcome good_before;
    outcome duplicate;
    outcome refused;
    outcome good_after;
    add(1, good_before);
    add(1, duplicate);
    start(database_->run(access::write,
                         [](connection& db) -> result<std::int64_t> {
                             auto written = db.exec(insert, {2});
                             if (!written)
                                 return written;
                             return errc::forbidden; // after a write: has to be undone
                         }),
          refused);
    add(3, good_after);
    barrier_.open();
    run_until([&] { return good_after.has_value(); });
    EXPECT_TRUE(*good_before);
    EXPECT_EQ(duplicate->error().code, errc::conflict);
    EXPECT_EQ(duplicate->error().detail, "items.id");
    EXPECT_EQ(duplicate->error().where, "test_insert");
    EXPECT_EQ(refused->error().code, errc::forbidden);
    EXPECT_TRUE(*good_after);
    EXPECT_EQ(stored(), 2);
    EXPECT_TRUE(database_->healthy());
}

TEST_F(group_commit, an_exception_undoes_the_job_and_reaches_the_caller)
{
    open();
    auto thrown = [](connection& db) -> result<std::int64_t> {
        static_cast<void>(db.exec(insert, {7}));
        throw std::runtime_error("bug");
    };
    bool caught = false;
    auto guarded = [&]() -> async::task<result<void>> {
        try {
            static_cast<void>(co_await database_->run(access::write, thrown));
        } catch (const std::runtime_error&) {
            caught = true;
        }
        co_return result<void>();
    };
    EXPECT_TRUE(wait_for(guarded()));
    EXPECT_TRUE(caught);
    EXPECT_EQ(stored(), 0);
}

TEST_F(group_commit, a_full_queue_refuses_at_once)
{
    sqlite_options o;
    o.max_queued = 3;
    open(std::move(o));
    outcome held;
    hold(held);
    std::vector<outcome> answers(5);
    for (std::int64_t i = 0; i < 5; ++i)
        add(i, answers[static_cast<std::size_t>(i)]);
    EXPECT_FALSE(answers[2].has_value());
    ASSERT_TRUE(answers[3].has_value()); // without the loop having run
    EXPECT_EQ(answers[4]->error().code, errc::unavailable);
    EXPECT_GE(answers[4]->error().retry_after.count(), 1);
    EXPECT_EQ(database_->stats().refused, 2u);
    barrier_.open();
    run_until([&] { return answers[2].has_value(); });
    EXPECT_EQ(stored(), 3);
}

TEST_F(group_commit, stop_finishes_what_is_queued)
{
    open();
    outcome held;
    hold(held);
    std::vector<outcome> answers(20);
    for (std::int64_t i = 0; i < 20; ++i)
        add(i, answers[static_cast<std::size_t>(i)]);
    barrier_.open();
    database_->stop();
    run_until([&] { return answers.back().has_value(); });
    for (const auto& a : answers)
        EXPECT_TRUE(*a);
    outcome late;
    add(100, late);
    EXPECT_EQ(late->error().code, errc::unavailable);
    EXPECT_FALSE(database_->healthy());
    EXPECT_FALSE(std::filesystem::exists(path() + "-wal"));
}

TEST_F(group_commit, a_reader_cannot_write)
{
    open();
    auto refused = wait_for(
        database_->run(access::read, [](connection& db) { return db.exec(insert, {std::int64_t{1}}); }));
    EXPECT_FALSE(refused);
    run_until([&] { return database_->healthy(); });
    EXPECT_EQ(stored(), 0);
}

TEST_F(group_commit, the_wal_is_copied_and_used_again)
{
    sqlite_options o;
    o.checkpoint_pages = 32;
    open(std::move(o));
    for (std::int64_t i = 0; i < 300; ++i) {
        outcome written;
        add(i, written);
        run_until([&] { return written.has_value(); });
        ASSERT_TRUE(*written);
    }
    run_until([&] {
        const auto stats = database_->stats();
        return stats.checkpoints > 0 && stats.wal_pages < 32;
    });
    const auto full = std::filesystem::file_size(path() + "-wal");
    outcome after;
    add(300, after);
    run_until([&] { return after.has_value(); });
    EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), full); // written over, not longer
    EXPECT_EQ(stored(), 301);
}

TEST_F(group_commit, statistics_name_the_statements)
{
    open();
    outcome written;
    add(1, written);
    run_until([&] { return written.has_value(); });
    const auto stats = database_->stats();
    const auto found = std::find_if(stats.statements.begin(), stats.statements.end(),
                                    [](const auto& s) { return s.name == "test_insert"; });
    ASSERT_NE(found, stats.statements.end());
    EXPECT_EQ(found->calls, 1u);
    EXPECT_GT(found->total_ns, 0u);
    EXPECT_EQ(stats.commit_time.samples, stats.commits);
    EXPECT_EQ(stats.write_wait.samples, 1u);
}

} // namespace
} // namespace chatd::sql
