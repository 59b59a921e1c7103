#include <chatd/chat/rate_limiter.hpp>

#include <gtest/gtest.h>

namespace chatd::chat {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(rate_limiter, counts_to_the_maximum_and_begins_anew_with_the_next_window)
{
    manual_clock time(from_millis(1'000'000));
    rate_limiter limits(time, 10);
    const rate_rule rule{2, seconds{10}};
    EXPECT_EQ(limits.hit("a", rule).remaining, 1);
    time.advance(milliseconds{9'500});
    EXPECT_EQ(limits.hit("a", rule).remaining, 0);
    const auto third = limits.hit("a", rule);
    EXPECT_FALSE(third.allowed);
    EXPECT_EQ(third.limit, 2);
    EXPECT_EQ(third.reset, seconds{1});
    EXPECT_TRUE(limits.hit("b", rule).allowed);
    time.advance(milliseconds{500});
    EXPECT_TRUE(limits.hit("a", rule).allowed);
}

TEST(rate_limiter, forgives_what_was_allowed_after_all)
{
    manual_clock time(from_millis(1'000'000));
    rate_limiter limits(time, 10);
    const rate_rule rule{1, seconds{10}};
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(limits.hit("a", rule).allowed);
        limits.forgive("a");
    }
    EXPECT_TRUE(limits.hit("a", rule).allowed);
    EXPECT_FALSE(limits.hit("a", rule).allowed);
    limits.forgive("unknown");
}

TEST(token_bucket, lets_a_burst_through_and_then_the_rate)
{
    auto now = from_millis(0);
    token_bucket bucket(3, now);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(bucket.take(10, 3, now));
    EXPECT_FALSE(bucket.take(10, 3, now));
    EXPECT_EQ(bucket.wait(10), milliseconds{100});
    now += milliseconds{99};
    EXPECT_FALSE(bucket.take(10, 3, now));
    now += milliseconds{2};
    EXPECT_TRUE(bucket.take(10, 3, now));
    now += seconds{60};
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(bucket.take(10, 3, now)) << "never more than the burst";
    EXPECT_FALSE(bucket.take(10, 3, now));
    EXPECT_EQ(sizeof(token_bucket), 16U);
}

} // namespace
} // namespace chatd::chat
