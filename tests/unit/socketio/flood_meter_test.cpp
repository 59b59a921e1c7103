#include "flood_meter.hpp"

#include <gtest/gtest.h>

namespace chatd::socketio {
namespace {

/// Sends `packets` in each of the seconds [from, to); true when one of them was a flood.
bool send(flood_meter& m, std::uint32_t from, std::uint32_t to, int packets)
{
    bool flooded = false;
    for (auto second = from; second < to; ++second)
        for (int i = 0; i < packets; ++i)
            flooded = m.count(second, 5) || flooded;
    return flooded;
}

TEST(flood_meter_test, permits_the_rate_for_ever)
{
    flood_meter m;
    EXPECT_FALSE(send(m, 1000, 1100, 5));
}

TEST(flood_meter_test, finds_a_flood_when_its_ten_seconds_are_over)
{
    flood_meter m;
    EXPECT_FALSE(send(m, 1000, 1010, 6));
    EXPECT_TRUE(m.count(1010, 5));
}

TEST(flood_meter_test, forgives_a_burst_that_ends)
{
    flood_meter m;
    EXPECT_FALSE(send(m, 1000, 1003, 1000));
    EXPECT_FALSE(m.count(1030, 5));
}

} // namespace
} // namespace chatd::socketio
