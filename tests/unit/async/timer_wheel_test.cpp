#include <chatd/async/loop.hpp>
#include <chatd/async/timer_wheel.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

namespace chatd::async {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

class alarm final : public timer_wheel::entry {
  public:
    explicit alarm(std::function<void()> f) : f_(std::move(f)) {}

  private:
    void expired() noexcept override { f_(); }
    std::function<void()> f_;
};

struct wheel_test : testing::Test {
    loop l;
    timer_wheel wheel{l};
    std::string notes;

    std::unique_ptr<alarm> note(char c)
    {
        return std::make_unique<alarm>([this, c] { notes += c; });
    }
};

TEST_F(wheel_test, expires_in_order_and_never_early)
{
    auto a = note('a'), b = note('b');
    const auto begin = steady::now();
    steady::duration waited{};
    alarm c([&] {
        notes += 'c';
        waited = steady::now() - begin;
    });
    wheel.arm(c, 60ms);
    wheel.arm(*b, 30ms);
    wheel.arm(*a, 0ms);
    EXPECT_TRUE(c.armed());
    l.run();
    EXPECT_EQ(notes, "abc");
    EXPECT_GE(waited, 60ms);
    EXPECT_LT(waited, 500ms);
    EXPECT_FALSE(c.armed());
}

TEST_F(wheel_test, forgets_what_is_disarmed_or_destroyed)
{
    auto a = note('a'), b = note('b'), c = note('c');
    wheel.arm(*a, 10ms);
    wheel.arm(*b, 10ms);
    wheel.arm(*c, 20ms);
    a->disarm();
    b.reset();
    l.run();
    EXPECT_EQ(notes, "c");
}

TEST_F(wheel_test, moves_a_deadline_both_ways)
{
    auto a = note('a'), b = note('b');
    wheel.arm(*a, 10ms);
    wheel.arm(*b, 10s);
    wheel.arm(*a, 50ms);
    wheel.arm(*b, 20ms);
    l.run();
    EXPECT_EQ(notes, "ba");
}

TEST_F(wheel_test, an_entry_may_arm_itself_again_or_others_or_destroy_its_neighbours)
{
    int rounds = 0;
    alarm* self = nullptr;
    auto victim = note('x');
    alarm again([&] {
        victim.reset();
        if (++rounds < 5)
            wheel.arm(*self, 0ms);
    });
    self = &again;
    wheel.arm(again, 10ms);
    wheel.arm(*victim, 10ms);
    l.run();
    EXPECT_EQ(rounds, 5);
    EXPECT_EQ(notes, "");
}

TEST_F(wheel_test, an_entry_may_destroy_itself)
{
    std::unique_ptr<alarm> self;
    self = std::make_unique<alarm>([&] { l.post([&] { notes += '!'; }), self.reset(); });
    wheel.arm(*self, 1ms);
    l.run();
    EXPECT_EQ(self, nullptr);
    EXPECT_EQ(notes, "!");
}

TEST_F(wheel_test, keeps_deadlines_beyond_its_horizon_for_later_rounds)
{
    auto far = note('f'), near = note('n');
    wheel.arm(*far, 41s + 20ms); // the slot of 60 ms from now
    wheel.arm(*near, 100ms);
    alarm end([&] { wheel.stop(); });
    wheel.arm(end, 150ms);
    l.run();
    EXPECT_EQ(notes, "n");
    EXPECT_FALSE(far->armed());
}

TEST_F(wheel_test, is_quiet_after_stop)
{
    auto a = note('a');
    wheel.arm(*a, 1ms);
    wheel.stop();
    wheel.arm(*a, 1ms);
    EXPECT_FALSE(a->armed());
    l.run();
    EXPECT_EQ(notes, "");
}

TEST(async_timer_wheel, may_be_destroyed_while_its_timer_is_under_way)
{
    loop l;
    auto wheel = std::make_unique<timer_wheel>(l);
    alarm a([] { FAIL(); });
    wheel->arm(a, 1ms);
    std::this_thread::sleep_for(20ms);
    l.post([&] { wheel.reset(); });
    l.run();
}

TEST_F(wheel_test, serves_many_entries)
{
    std::size_t expired = 0;
    std::vector<std::unique_ptr<alarm>> all;
    for (int i = 0; i < 20'000; ++i) {
        all.push_back(std::make_unique<alarm>([&] { ++expired; }));
        wheel.arm(*all.back(), std::chrono::milliseconds(i % 97));
    }
    l.run();
    EXPECT_EQ(expired, all.size());
}

} // namespace
} // namespace chatd::async
