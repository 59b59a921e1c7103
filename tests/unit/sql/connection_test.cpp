#include "sqlite_connection.hpp"

#include <gtest/gtest.h>

namespace chatd::sql {
namespace {

class connections : public testing::Test {
  protected:
    connections()
    {
        sqlite_options o;
        o.path = ":memory:";
        auto opened = open_sqlite(o, access::write);
        EXPECT_TRUE(opened);
        db_ = std::move(*opened);
        EXPECT_TRUE(
            db_->script("CREATE TABLE t (a BIGINT, b TEXT, c DOUBLE PRECISION, d BLOB, UNIQUE (a, b))"));
    }
    std::unique_ptr<connection> db_;
};

constexpr statement insert{"insert", "INSERT INTO t (a, b, c, d) VALUES ($1, $2, $3, $4)"};
constexpr statement select_all{"select_all", "SELECT a, b, c, d FROM t ORDER BY a"};
constexpr statement count_rows{"count", "SELECT count(*) FROM t"};

std::int64_t rows(connection& db)
{
    return (*db.first(count_rows, {}, [](const row& r) { return r.integer(0); })).value_or(-1);
}

TEST_F(connections, values_come_back_as_they_went)
{
    const std::string bytes("\0\xff", 2);
    ASSERT_TRUE(db_->exec(insert, {1, std::string_view{}, 2.5, blob{bytes}}));
    ASSERT_TRUE(db_->exec(insert, {2, nullptr, std::optional<std::int64_t>{}, nullptr}));
    std::vector<std::string> seen;
    auto n = db_->query(select_all, {}, [&](const row& r) {
        seen.push_back(std::to_string(r.integer(0)) + (r.is_null(1) ? "null" : r.string(1)) +
                       (r.is_null(2) ? "null" : std::to_string(r.real(2))) + r.string(3));
    });
    ASSERT_TRUE(n);
    EXPECT_EQ(*n, 2);
    EXPECT_EQ(seen, (std::vector<std::string>{"12.500000" + bytes, "2nullnull"}));
}

TEST_F(connections, parameters_go_by_their_number)
{
    static constexpr statement shuffled{"shuffled", "SELECT $2, $1, $2"};
    auto text = db_->first(shuffled, {"one", "two"},
                           [](const row& r) { return r.string(0) + r.string(1) + r.string(2); });
    ASSERT_TRUE(text);
    EXPECT_EQ(**text, "twoonetwo");
    static constexpr statement gap{"gap", "SELECT $3, $1"};
    EXPECT_EQ(**db_->first(gap, {"a", "unused", "c"}, [](const row& r) { return r.string(0) + r.string(1); }),
              "ca");
}

TEST_F(connections, a_violated_key_is_named)
{
    ASSERT_TRUE(db_->exec(insert, {1, "x", nullptr, nullptr}));
    auto again = db_->exec(insert, {1, "x", nullptr, nullptr});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, errc::conflict);
    EXPECT_EQ(again.error().detail, "t.a,b");
    EXPECT_EQ(again.error().where, "insert");
    EXPECT_FALSE(db_->faulty());
}

TEST_F(connections, a_bug_is_internal)
{
    static constexpr statement bad{"bad", "SELECT nonsense FROM nowhere"};
    auto failed = db_->exec(bad);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, errc::internal);
}

TEST_F(connections, transactions_roll_back_unless_committed_and_nest)
{
    {
        auto outer = transaction::begin(*db_);
        ASSERT_TRUE(outer);
        ASSERT_TRUE(db_->exec(insert, {1, "a", nullptr, nullptr}));
        {
            auto inner = transaction::begin(*db_);
            ASSERT_TRUE(inner);
            ASSERT_TRUE(db_->exec(insert, {2, "b", nullptr, nullptr}));
        }
        EXPECT_EQ(rows(*db_), 1);
        {
            auto inner = transaction::begin(*db_);
            ASSERT_TRUE(db_->exec(insert, {3, "c", nullptr, nullptr}));
            ASSERT_TRUE(inner->commit());
        }
        ASSERT_TRUE(outer->commit());
    }
    EXPECT_EQ(rows(*db_), 2);
    {
        auto lost = transaction::begin(*db_);
        ASSERT_TRUE(db_->exec(insert, {4, "d", nullptr, nullptr}));
    }
    EXPECT_EQ(rows(*db_), 2);
    EXPECT_FALSE(db_->in_transaction());
}

struct meaning {
    int code;
    const char* message;
    errc expected;
    const char* detail;
};

class sqlite_errors : public testing::TestWithParam<meaning> {};

TEST_P(sqlite_errors, become_ours)
{
    const auto& p = GetParam();
    const auto e = sqlite_error(p.code, p.message, "here");
    EXPECT_EQ(e.code, p.expected);
    EXPECT_EQ(e.detail, p.detail);
    EXPECT_EQ(e.where, "here");
    EXPECT_EQ(e.retry_after.count(), p.expected == errc::unavailable ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(
    codes, sqlite_errors,
    testing::Values(
        meaning{SQLITE_CONSTRAINT_UNIQUE, "UNIQUE constraint failed: t.a, t.b", errc::conflict, "t.a,b"},
        meaning{SQLITE_CONSTRAINT_PRIMARYKEY, "UNIQUE constraint failed: t.id", errc::conflict, "t.id"},
        meaning{SQLITE_CONSTRAINT_NOTNULL, "NOT NULL", errc::internal, "NOT NULL (SQLite 1299)"},
        meaning{SQLITE_BUSY, "locked", errc::unavailable, "locked (SQLite 5)"},
        meaning{SQLITE_FULL, "full", errc::unavailable, "full (SQLite 13)"},
        meaning{SQLITE_IOERR_WRITE, "io", errc::unavailable, "io (SQLite 778)"},
        meaning{SQLITE_CORRUPT_VTAB, "bad", errc::unavailable, "bad (SQLite 267)"},
        meaning{SQLITE_NOTADB, "no", errc::unavailable, "no (SQLite 26)"},
        meaning{SQLITE_ERROR, "bug", errc::internal, "bug (SQLite 1)"}));

} // namespace
} // namespace chatd::sql
