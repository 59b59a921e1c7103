#include "fixture.hpp"

#include <map>
#include <random>

namespace chatd::storage {
namespace {

class reads : public store_test {
  protected:
    void SetUp() override
    {
        add_users({"ann", "bob", "eve"});
        c_ = direct("ann", "bob");
    }
    std::string c_;
};

TEST_F(reads, marking_one_marks_one)
{
    const auto first = send(c_, "ann");
    const auto second = send(c_, "ann");
    EXPECT_EQ(unread(c_, "bob"), 2);
    EXPECT_EQ(unread(c_, "ann"), 0);
    const auto at = tick();
    auto change = mark_message(db(), second, "bob", at);
    ASSERT_TRUE(change);
    EXPECT_TRUE(change->changed);
    EXPECT_EQ(change->conversation_id, c_);
    EXPECT_EQ(unread(c_, "bob"), 1);

    auto again = mark_message(db(), second, "bob", tick());
    EXPECT_FALSE(again->changed);
    EXPECT_EQ(again->read_at, at);
    EXPECT_EQ(unread(c_, "bob"), 1);
    EXPECT_FALSE(mark_message(db(), first, "ann", tick())->changed); // own

    auto read = find_message(db(), second, "ann");
    ASSERT_EQ(read->read_by.size(), 1u);
    EXPECT_EQ(read->read_by[0].user_id, "bob");
    EXPECT_EQ(read->read_by[0].read_at, at);
    EXPECT_EQ(find_message(db(), first, "ann")->read_count, 0);
}

TEST_F(reads, up_to_keeps_the_times_of_what_was_read_before)
{
    for (int i = 0; i < 5; ++i)
        send(c_, "ann");
    const auto earlier = tick();
    ASSERT_TRUE(mark_message(db(), "m3", "bob", earlier));
    const auto later = tick();
    auto change = mark_up_to(db(), c_, "bob", "m4", later);
    ASSERT_TRUE(change);
    EXPECT_TRUE(change->changed);
    EXPECT_EQ(change->message_id, "m4");
    EXPECT_EQ(unread(c_, "bob"), 1);
    auto page = list_messages(db(), c_, "bob", {});
    EXPECT_EQ(page->items[1].read_by.at(0).read_at, later);
    EXPECT_EQ(page->items[2].read_by.at(0).read_at, earlier);
    EXPECT_EQ(page->items[3].read_by.at(0).read_at, later);
    EXPECT_TRUE(page->items[4].read_by.empty());
    EXPECT_FALSE(mark_up_to(db(), c_, "bob", "2", tick())->changed);
    EXPECT_TRUE(mark_up_to(db(), c_, "bob", {}, tick())->changed);
    EXPECT_FALSE(mark_up_to(db(), c_, "bob", {}, tick())->changed);
    EXPECT_EQ(unread(c_, "bob"), 0);
}

TEST_F(reads, unmarking_below_the_position_makes_exactly_one_unread)
{
    for (int i = 0; i < 5; ++i)
        send(c_, "ann");
    ASSERT_TRUE(mark_up_to(db(), c_, "bob", {}, tick()));
    auto change = unmark_message(db(), "m2", "bob", tick());
    ASSERT_TRUE(change);
    EXPECT_TRUE(change->changed);
    EXPECT_EQ(unread(c_, "bob"), 1);
    EXPECT_FALSE(unmark_message(db(), "m2", "bob", tick())->changed);
    EXPECT_TRUE(find_message(db(), "m2", "ann")->read_by.empty());
    EXPECT_EQ(find_message(db(), "m3", "ann")->read_by.size(), 1u);
}

TEST_F(reads, refuse_outsiders_and_bad_cursors)
{
    const auto id = send(c_, "ann");
    EXPECT_EQ(mark_message(db(), id, "eve", tick()).error().code, errc::forbidden);
    EXPECT_EQ(mark_message(db(), "nothing", "bob", tick()).error().code, errc::not_found);
    EXPECT_EQ(mark_up_to(db(), c_, "eve", {}, tick()).error().code, errc::forbidden);
    EXPECT_EQ(mark_up_to(db(), c_, "bob", "nonsense", tick()).error().code, errc::invalid);
    EXPECT_FALSE(mark_up_to(db(), direct("ann", "eve"), "ann", {}, tick())->changed); // empty
}

/// What everybody has read and when, message by message.
struct naive_model {
    struct entry {
        std::string sender;
        std::map<std::string, timestamp> read;
    };
    std::vector<entry> messages;

    [[nodiscard]] std::int64_t unread(const std::string& user) const
    {
        std::int64_t n = 0;
        for (const auto& m : messages)
            n += m.sender != user && !m.read.contains(user) ? 1 : 0;
        return n;
    }
    void mark(std::size_t seq, const std::string& user, timestamp at)
    {
        if (auto& m = messages[seq - 1]; m.sender != user)
            m.read.emplace(user, at);
    }
};

class random_reads : public reads, public testing::WithParamInterface<unsigned> {
  protected:
    void step(std::mt19937& random)
    {
        const std::string user = random() % 2 == 0 ? "ann" : "bob";
        const auto count = model_.messages.size();
        const auto seq = count == 0 ? 0 : 1 + random() % count;
        const auto id = "m" + std::to_string(seq);
        const auto what = random() % 10;
        if (count == 0 || what < 4) {
            send(c_, user);
            model_.messages.push_back({user, {}});
        } else if (what < 6) {
            ASSERT_TRUE(mark_message(db(), id, user, tick()));
            model_.mark(seq, user, now());
        } else if (what < 8) {
            ASSERT_TRUE(unmark_message(db(), id, user, tick()));
            model_.messages[seq - 1].read.erase(user);
        } else {
            const auto to = what == 8 ? seq : count;
            ASSERT_TRUE(mark_up_to(db(), c_, user, std::to_string(to), tick()));
            for (std::size_t s = 1; s <= to; ++s)
                model_.mark(s, user, now());
        }
    }
    void compare()
    {
        for (const auto* user : {"ann", "bob"})
            ASSERT_EQ(unread(c_, user), model_.unread(user)) << user;
        const auto count = std::ssize(model_.messages);
        for (std::int64_t first = 1; first <= count; first += 7) {
            auto page = list_messages(db(), c_, "ann", {1, 7, {}, std::to_string(first - 1)});
            ASSERT_TRUE(page);
            for (const auto& m : page->items) {
                std::map<std::string, timestamp> read;
                for (const auto& r : m.read_by)
                    read.emplace(r.user_id, r.read_at);
                ASSERT_EQ(read, model_.messages[static_cast<std::size_t>(m.seq) - 1].read) << m.seq;
            }
        }
    }

    naive_model model_;
};

TEST_P(random_reads, agree_with_the_naive_model)
{
    std::mt19937 random(GetParam());
    for (int i = 0; i < 250; ++i) {
        step(random);
        if (i % 10 == 0)
            compare();
        if (HasFatalFailure())
            return;
    }
    compare();
}

INSTANTIATE_TEST_SUITE_P(seeds, random_reads, testing::Range(1u, 9u));

} // namespace
} // namespace chatd::storage
