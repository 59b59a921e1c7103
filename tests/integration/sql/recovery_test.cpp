#include "database_fixture.hpp"

#include <chatd/base/result.hpp>

#include <chrono>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <thread>

namespace chatd::sql {
namespace {

constexpr statement insert{"test_insert", "INSERT INTO items (text) VALUES ($1)"};
constexpr statement clear{"test_clear", "DELETE FROM items"};
constexpr statement total{"test_total", "SELECT count(*), sum(length(text)) FROM items"};

result<void> make_table(connection& db)
{
    return db.script("CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
}

class recovery : public database_test {
  protected:
    void open(sqlite_options o)
    {
        o.path = path();
        o.prepare = make_table;
        o.busy_timeout = std::chrono::milliseconds(300);
        o.longest_pause = std::chrono::milliseconds(100);
        database_.emplace(loop(), std::move(o));
        auto started = database_->start();
        ASSERT_TRUE(started) << started.error().detail;
    }
    void TearDown() override
    {
        if (database_)
            database_->stop();
    }
    result<std::int64_t> write(std::size_t bytes)
    {
        return wait_for(database_->run(access::write, [text = std::string(bytes, 'x')](connection& db) {
            return db.exec(insert, {text});
        }));
    }
    result<std::optional<std::int64_t>> read()
    {
        return wait_for(database_->run(access::read, [](connection& db) {
            return db.first(total, {}, [](const row& r) { return r.integer(0); });
        }));
    }
    /// Tries until it works; false after twenty seconds.
    template <class F>
    bool comes_back(F&& attempt)
    {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (std::chrono::steady_clock::now() < deadline) {
            if (attempt())
                return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }

    std::optional<sqlite_database> database_;
};

TEST_F(recovery, from_a_lock_of_another_process)
{
    open({});
    ASSERT_TRUE(write(10));
    int locked[2];
    int release[2];
    ASSERT_EQ(::pipe(locked), 0);
    ASSERT_EQ(::pipe(release), 0);
    char byte = 0;
    const auto file = path();
    const pid_t child = ::fork();
    if (child == 0) {
        sqlite_options o;
        o.path = file;
        auto other = open_sqlite(o, access::write);
        const bool ok = other && (*other)->script("BEGIN EXCLUSIVE");
        static_cast<void>(::write(locked[1], ok ? "y" : "n", 1));
        static_cast<void>(::read(release[0], &byte, 1));
        ::_exit(0);
    }
    ASSERT_EQ(::read(locked[0], &byte, 1), 1);
    ASSERT_EQ(byte, 'y');

    auto refused = write(10);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::unavailable);
    EXPECT_FALSE(database_->healthy());
    const auto before = std::chrono::steady_clock::now();
    EXPECT_FALSE(write(10)); // at once: nobody waits for the lock again
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(250));

    ASSERT_EQ(::write(release[1], "x", 1), 1);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(comes_back([&] { return static_cast<bool>(write(10)); }));
    EXPECT_TRUE(database_->healthy());
    EXPECT_EQ((*read()).value_or(-1), 2);
    for (const int end : {locked[0], locked[1], release[0], release[1]})
        ::close(end);
}

TEST_F(recovery, from_a_full_disk)
{
    sqlite_options o;
    o.max_pages = 40;
    open(o);
    result<std::int64_t> last = write(3000);
    for (int i = 0; last && i < 100; ++i)
        last = write(3000);
    ASSERT_FALSE(last);
    EXPECT_EQ(last.error().code, errc::unavailable);
    EXPECT_GE(last.error().retry_after.count(), 1);
    const auto kept = (*read()).value_or(-1);
    EXPECT_GT(kept, 5); // reading goes on

    // The cause goes away: somebody deletes.
    EXPECT_TRUE(comes_back([&] {
        return static_cast<bool>(
            wait_for(database_->run(access::write, [](connection& db) { return db.exec(clear); })));
    }));
    EXPECT_TRUE(comes_back([&] { return static_cast<bool>(write(3000)); }));
    EXPECT_GE(database_->stats().failures, 1u);
}

/// Overwrites all but the first page.
void damage(const std::string& file)
{
    const auto size = std::filesystem::file_size(file);
    std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
    f.seekp(0);
    const std::string garbage(size, '\x5a');
    f.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
}

TEST_F(recovery, from_a_damaged_file_that_is_restored)
{
    open({});
    for (int i = 0; i < 50; ++i)
        ASSERT_TRUE(write(2000));
    database_->stop(); // the WAL is empty now
    const auto copy = path() + ".copy";
    std::filesystem::copy_file(path(), copy);
    open({});
    EXPECT_EQ((*read()).value_or(-1), 50);
    database_->stop();

    damage(path());
    sqlite_options o;
    o.path = path();
    o.prepare = make_table;
    sqlite_database broken(loop(), o);
    auto refused = broken.start();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::unavailable);
    std::filesystem::copy_file(copy, path(), std::filesystem::copy_options::overwrite_existing);
    open({});
    EXPECT_EQ((*read()).value_or(-1), 50);

    // And while it runs.
    damage(path());
    EXPECT_TRUE(comes_back([&] {
        static_cast<void>(write(2000));
        static_cast<void>(read());
        return !database_->healthy();
    }));
    for (const auto* suffix : {"-wal", "-shm"})
        std::filesystem::remove(path() + suffix);
    std::filesystem::rename(copy, path()); // at once: a half copied file would be taken for an empty one
    EXPECT_TRUE(comes_back([&] { return static_cast<bool>(write(2000)); }));
    auto n = read();
    ASSERT_TRUE(n) << n.error().detail;
    EXPECT_GE(n->value_or(-1), 50);
    EXPECT_TRUE(database_->healthy());
}

} // namespace
} // namespace chatd::sql
