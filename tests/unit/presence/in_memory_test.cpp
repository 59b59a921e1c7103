#include <chatd/presence/in_memory.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

namespace chatd::presence {
namespace {

struct in_memory_test : testing::Test {
    async::loop loop;
    async::timer_wheel wheel{loop};
    in_memory people{wheel, std::chrono::milliseconds{10}};
    std::vector<std::string> changes;

    in_memory_test()
    {
        people.on_change(
            [this](const std::string& id, bool online) { changes.push_back((online ? "+" : "-") + id); });
    }
    void run_until(std::size_t count)
    {
        const auto guard = boost::asio::make_work_guard(loop.io());
        while (changes.size() < count)
            loop.io().run_one();
    }
};

TEST_F(in_memory_test, counts_sockets_per_user)
{
    people.connected("ada");
    people.connected("ada");
    people.connected("bob");
    EXPECT_EQ(changes, (std::vector<std::string>{"+ada", "+bob"}));
    EXPECT_EQ(people.online_count(), 2);
    EXPECT_FALSE(people.disconnected("ada"));
    EXPECT_TRUE(people.disconnected("ada"));
    EXPECT_TRUE(people.is_online("ada")) << "lingers";
    run_until(3);
    EXPECT_EQ(changes.back(), "-ada");
    EXPECT_FALSE(people.is_online("ada"));
    EXPECT_EQ(people.online_ids(10), (std::vector<std::string>{"bob"}));
}

TEST_F(in_memory_test, does_not_notice_a_reload)
{
    people.connected("ada");
    EXPECT_TRUE(people.disconnected("ada"));
    people.connected("ada");
    people.connected("bob");
    EXPECT_TRUE(people.disconnected("bob"));
    run_until(3);
    EXPECT_EQ(changes, (std::vector<std::string>{"+ada", "+bob", "-bob"}));
    EXPECT_TRUE(people.is_online("ada"));
}

TEST_F(in_memory_test, lists_at_most_so_many)
{
    for (int i = 0; i < 20; ++i)
        people.connected("user" + std::to_string(i));
    EXPECT_EQ(people.online_ids(7).size(), 7U);
    EXPECT_EQ(people.online_ids(100).size(), 20U);
}

} // namespace
} // namespace chatd::presence
