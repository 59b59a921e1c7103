#include <chatd/async/gate.hpp>
#include <chatd/async/loop.hpp>
#include <chatd/async/sleep.hpp>
#include <chatd/async/task.hpp>
#include <chatd/async/thread_pool.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace chatd::async {
namespace {

using namespace std::chrono_literals;

task<int> plus_one(int n)
{
    co_return n + 1;
}

task<int> sum(int a, int b)
{
    const int x = co_await plus_one(a);
    co_return x + co_await plus_one(b);
}

task<void> store_sum(int& out)
{
    out = co_await sum(1, 2);
}

task<int> failing()
{
    throw std::runtime_error("broken");
    co_return 0;
}

task<void> catch_failure(std::string& what)
{
    try {
        co_await failing();
    } catch (const std::runtime_error& e) {
        what = e.what();
    }
}

task<void> fail()
{
    co_await failing();
}

TEST(async_task, runs_when_awaited_and_answers_its_awaiter)
{
    gate g;
    int result = 0;
    std::string what;
    spawn(g, "test", store_sum(result));
    spawn(g, "test", catch_failure(what));
    EXPECT_EQ(result, 5);
    EXPECT_EQ(what, "broken");
    EXPECT_EQ(g.inside(), 0U);
}

TEST(async_task, a_deep_chain_of_finished_tasks_needs_no_stack)
{
    struct chain {
        static task<void> run(int& total)
        {
            for (int i = 0; i < 200'000; ++i)
                total += co_await plus_one(0);
        }
    };
    gate g;
    int total = 0;
    spawn(g, "test", chain::run(total));
    EXPECT_EQ(total, 200'000);
}

TEST(async_gate, keeps_its_count_when_work_throws)
{
    gate g;
    spawn(g, "test", fail());
    EXPECT_EQ(g.inside(), 0U);
}

task<void> sleep_and_note(loop& l, std::chrono::milliseconds d, std::string& notes, char note)
{
    co_await sleep(l, d);
    notes += note;
}

TEST(async_gate, tells_when_the_last_one_has_left)
{
    loop l;
    gate g;
    std::string notes;
    spawn(g, "test", sleep_and_note(l, 10ms, notes, 'b'));
    spawn(g, "test", sleep_and_note(l, 1ms, notes, 'a'));
    EXPECT_EQ(g.inside(), 2U);
    g.close([&] { notes += '!'; });
    EXPECT_TRUE(g.closed());
    spawn(g, "test", sleep_and_note(l, 1ms, notes, 'x'));
    EXPECT_EQ(g.inside(), 2U);
    l.run();
    EXPECT_EQ(notes, "ab!");
}

TEST(async_gate, is_drained_at_once_when_empty)
{
    gate g;
    int drained = 0;
    g.close([&] { ++drained; });
    EXPECT_EQ(drained, 1);
}

/// The owner may go as soon as it is told: nothing of the work is left by then.
TEST(async_gate, destroys_the_work_before_it_tells)
{
    struct witness {
        bool& gone;
        explicit witness(bool& g) : gone(g) {}
        ~witness() { gone = true; }
    };
    struct work {
        static task<void> hold(loop& l, std::unique_ptr<witness> held)
        {
            co_await sleep(l, 1ms);
            (void)held;
        }
    };
    loop l;
    auto g = std::make_unique<gate>();
    bool gone = false, gone_when_told = false;
    spawn(*g, "test", work::hold(l, std::make_unique<witness>(gone)));
    g->close([&] {
        gone_when_told = gone;
        l.post([&] { g.reset(); });
    });
    l.run();
    EXPECT_TRUE(gone_when_told);
    EXPECT_EQ(g, nullptr);
}

struct pool_test : testing::Test {
    loop l;
    gate g;
};

task<void> offload_twice(thread_pool& pool, std::thread::id& where, std::string& what, bool& back)
{
    where = *co_await offload(pool, [] { return std::this_thread::get_id(); });
    try {
        co_await offload(pool, []() -> int { throw std::runtime_error("in the pool"); });
    } catch (const std::runtime_error& e) {
        what = e.what();
    }
    back = pool.home().in_thread();
}

TEST_F(pool_test, offload_runs_elsewhere_and_comes_back)
{
    thread_pool pool(l, {.name = "test", .threads = 2, .nice = 5});
    std::thread::id where;
    std::string what;
    bool back = false;
    spawn(g, "test", offload_twice(pool, where, what, back));
    l.run();
    EXPECT_NE(where, std::thread::id{});
    EXPECT_NE(where, std::this_thread::get_id());
    EXPECT_EQ(what, "in the pool");
    EXPECT_TRUE(back);
}

task<void> ask_niceness(thread_pool& pool, int& nice)
{
    nice = *co_await offload(pool, [] { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); });
}

TEST_F(pool_test, is_less_urgent_when_told_so)
{
    const int own = getpriority(PRIO_PROCESS, 0);
    thread_pool pool(l, {.name = "a name longer than fifteen bytes", .nice = 7});
    int nice = 0;
    spawn(g, "test", ask_niceness(pool, nice));
    l.run();
    EXPECT_EQ(nice, std::min(own + 7, 19));
}

task<void> count_refusal(thread_pool& pool, int& done, int& refused)
{
    const auto answer = co_await offload(pool, [] { return 1; });
    ++(answer ? done : refused);
}

TEST_F(pool_test, refuses_above_its_bound_and_after_stop)
{
    thread_pool pool(l, {.name = "test", .threads = 0, .max_queued = 2});
    int done = 0, refused = 0;
    struct idle : thread_pool::job {
        void run() noexcept override {}
    } job;
    EXPECT_TRUE(pool.submit(job));
    EXPECT_TRUE(pool.submit(job));
    EXPECT_EQ(pool.queued(), 2U);
    spawn(g, "test", count_refusal(pool, done, refused));
    EXPECT_EQ(refused, 1);
    pool.stop();
    EXPECT_FALSE(pool.submit(job));
}

TEST_F(pool_test, finishes_what_is_queued_when_it_stops)
{
    thread_pool pool(l, {.name = "test", .threads = 1, .max_queued = 100});
    int done = 0, refused = 0;
    for (int i = 0; i < 50; ++i)
        spawn(g, "test", count_refusal(pool, done, refused));
    pool.stop();
    l.run();
    EXPECT_EQ(done, 50);
    EXPECT_EQ(refused, 0);
}

} // namespace
} // namespace chatd::async
