#include "database_fixture.hpp"

#include <chatd/sql/migrator.hpp>

#include <thread>
#include <vector>

namespace chatd::sql {
namespace {

class migrator : public database_test {
  protected:
    std::unique_ptr<connection> open()
    {
        sqlite_options o;
        o.path = path();
        o.busy_timeout = std::chrono::seconds(5);
        auto opened = open_sqlite(o, access::write);
        EXPECT_TRUE(opened);
        return std::move(*opened);
    }
};

constexpr migration first{1, "first", "", "CREATE TABLE a (id BIGINT); INSERT INTO a VALUES (1);"};
constexpr migration elsewhere{2, "second", "postgres", "THIS IS NOT SQLITE"};
constexpr migration second{2, "second", "sqlite", "INSERT INTO a VALUES (2);"};
constexpr statement count_rows{"test_rows", "SELECT count(*) FROM a"};

std::int64_t rows(connection& db)
{
    auto n = db.first(count_rows, {}, [](const row& r) { return r.integer(0); });
    EXPECT_TRUE(n);
    return n ? n->value_or(-1) : -1;
}

TEST_F(migrator, applies_each_step_once_in_order_for_its_dialect)
{
    auto db = open();
    const migration one[] = {first};
    const migration both[] = {second, elsewhere, first};
    ASSERT_TRUE(migrate(*db, one));
    ASSERT_TRUE(migrate(*db, one));
    EXPECT_EQ(rows(*db), 1);
    ASSERT_TRUE(migrate(*db, both));
    ASSERT_TRUE(migrate(*open(), both));
    EXPECT_EQ(rows(*db), 2);
}

TEST_F(migrator, refuses_a_changed_step_and_a_newer_file)
{
    auto db = open();
    const migration all[] = {first, second};
    ASSERT_TRUE(migrate(*db, all));
    const migration changed[] = {first, {2, "second", "", "INSERT INTO a VALUES (3);"}};
    auto refused = migrate(*db, changed);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::internal);
    EXPECT_NE(refused.error().detail.find("migration 2 (second)"), std::string::npos);
    const migration older[] = {first};
    EXPECT_NE(migrate(*db, older).error().detail.find("newer"), std::string::npos);
    EXPECT_EQ(rows(*db), 2);
}

TEST_F(migrator, a_failing_step_leaves_nothing)
{
    auto db = open();
    const migration bad[] = {first,
                             {2, "bad", "", "INSERT INTO a VALUES (5); INSERT INTO missing VALUES (1);"}};
    EXPECT_FALSE(migrate(*db, bad));
    EXPECT_EQ(rows(*db), 1);
}

TEST_F(migrator, processes_that_start_together_take_turns)
{
    open(); // WAL mode is on before they race
    const migration all[] = {first, second};
    std::vector<std::thread> starters;
    std::atomic<int> done{0};
    for (int i = 0; i < 4; ++i)
        starters.emplace_back([&] {
            auto db = open();
            done += migrate(*db, all) ? 1 : 0;
        });
    for (auto& t : starters)
        t.join();
    EXPECT_EQ(done, 4);
    EXPECT_EQ(rows(*open()), 2);
}

} // namespace
} // namespace chatd::sql
