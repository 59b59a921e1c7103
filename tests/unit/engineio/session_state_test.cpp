#include "session_state.hpp"

#include <gtest/gtest.h>

namespace chatd::engineio {
namespace {

using namespace std::chrono_literals;
using action = session_state::action;
using tick = session_state::tick;

class session_state_test : public testing::Test {
  protected:
    static packet text(packet_type t, std::string_view data = {}) { return {t, true, data}; }

    session_state::time now{std::chrono::hours(1)};
    session_state v4{4, transport_kind::polling, {.interval = 300ms, .timeout = 200ms}, now};
    session_state v3{3, transport_kind::polling, {.interval = 300ms, .timeout = 200ms}, now};
};

TEST_F(session_state_test, pings_every_interval_as_long_as_pongs_come)
{
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(v4.on_time(now + 299ms), tick::wait);
        now += 300ms;
        EXPECT_EQ(v4.next_deadline(), now);
        EXPECT_EQ(v4.on_time(now), tick::send_ping);
        EXPECT_EQ(v4.on_time(now), tick::wait);
        now += 150ms;
        EXPECT_EQ(v4.feed(text(packet_type::pong), now), action::heard);
    }
}

TEST_F(session_state_test, gives_up_exactly_after_interval_and_timeout)
{
    EXPECT_EQ(v4.on_time(now + 310ms), tick::send_ping); // late, which does not move the end
    EXPECT_EQ(v4.next_deadline(), now + 500ms);
    EXPECT_FALSE(v4.is_expired(now + 499ms));
    EXPECT_TRUE(v4.is_expired(now + 500ms));
    EXPECT_EQ(v4.on_time(now + 500ms), tick::give_up);
}

TEST_F(session_state_test, is_expired_even_when_no_ping_was_sent_in_time)
{
    EXPECT_TRUE(v4.is_expired(now + 500ms));
    EXPECT_EQ(v4.on_time(now + 501ms), tick::give_up);
}

TEST_F(session_state_test, takes_no_message_for_a_pong)
{
    EXPECT_EQ(v4.on_time(now + 300ms), tick::send_ping);
    EXPECT_EQ(v4.feed(text(packet_type::message, "hi"), now + 400ms), action::deliver);
    EXPECT_TRUE(v4.is_expired(now + 500ms));
}

TEST_F(session_state_test, version_3_lives_on_the_clients_pings)
{
    for (int round = 0; round < 3; ++round) {
        now += 499ms;
        EXPECT_EQ(v3.on_time(now), tick::wait);
        EXPECT_EQ(v3.feed(text(packet_type::ping), now), action::send_pong);
    }
    EXPECT_EQ(v3.next_deadline(), now + 500ms);
    EXPECT_EQ(v3.on_time(now + 500ms), tick::give_up);
}

TEST_F(session_state_test, refuses_heartbeats_in_the_wrong_direction)
{
    EXPECT_EQ(v4.feed(text(packet_type::ping), now), action::fail);
    EXPECT_EQ(v3.feed(text(packet_type::pong), now), action::fail);
}

TEST_F(session_state_test, upgrades_by_probe_and_upgrade_packet)
{
    EXPECT_TRUE(v4.may_probe());
    v4.start_probe();
    EXPECT_FALSE(v4.may_probe());
    EXPECT_FALSE(v4.is_probed());
    EXPECT_EQ(v4.feed_probe(text(packet_type::ping, "probe")), action::answer_probe);
    EXPECT_TRUE(v4.is_probed());
    EXPECT_EQ(v4.transport(), transport_kind::polling);
    EXPECT_EQ(v4.feed_probe(text(packet_type::upgrade)), action::complete_upgrade);
    EXPECT_EQ(v4.transport(), transport_kind::websocket);
    EXPECT_FALSE(v4.is_probing());
    EXPECT_FALSE(v4.may_probe());
}

TEST_F(session_state_test, a_failed_probe_leaves_polling_as_it_was)
{
    for (const auto& wrong : {text(packet_type::ping), text(packet_type::message, "probe"),
                              text(packet_type::upgrade), packet{packet_type::ping, false, "probe"}}) {
        v4.start_probe();
        EXPECT_EQ(v4.feed_probe(wrong), action::fail);
        v4.drop_probe();
        EXPECT_TRUE(v4.may_probe());
    }
}

TEST_F(session_state_test, hears_the_good_bye)
{
    EXPECT_EQ(v4.feed(text(packet_type::close), now), action::close);
    EXPECT_EQ(v4.feed(text(packet_type::noop), now), action::none);
}

} // namespace
} // namespace chatd::engineio
