#include "fake_exchange.hpp"

#include <chatd/http/stream.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace chatd::engineio {

std::unique_ptr<http::stream> testing::fake_exchange::release_stream(std::string&)
{
    return nullptr;
}

namespace {

using namespace std::chrono_literals;
using testing::fake_exchange;
using testing::polling_peer;
using websocket::frame;
using websocket::opcode;

/// Notes what it hears, and echoes on demand.
struct user final : session_user {
    user(session& s, std::vector<std::string>& l) : owner(s), log(l) {}
    void on_message(std::string_view payload, bool is_text) noexcept override
    {
        log.push_back((is_text ? "text:" : "binary:") + std::string(payload));
        if (payload == "close")
            owner.close();
        if (payload == "abort")
            owner.abort();
    }
    void on_close(close_reason why) noexcept override
    {
        log.push_back("closed:" + std::to_string(static_cast<int>(why)));
    }
    session& owner;
    std::vector<std::string>& log;
};

class polling_session : public ::testing::Test {
  protected:
    polling_session()
    {
        engine.on_open([this](session& s, const http::request&) {
            last = s.weak_from_this();
            return std::make_unique<user>(s, log);
        });
        EXPECT_EQ(peer.open(), 200);
    }

    std::shared_ptr<session> open() const { return last.lock(); }
    static websocket::frame_ptr text(std::string_view s) { return frame::make(opcode::text, "4", s); }
    void turn()
    {
        loop.io().poll();
        loop.io().restart();
    }
    void expect_gone() { EXPECT_EQ(peer.request(http::method::get)->answer->status, 400); }

    async::loop loop;
    async::timer_wheel timers{loop};
    std::vector<std::string> log;
    std::weak_ptr<session> last;
    server engine{
        loop,
        timers,
        {.heartbeat = {.interval = 200ms, .timeout = 100ms}, .max_payload = 1000, .send_budget = 500}};
    polling_peer peer{engine, loop};
};

TEST_F(polling_session, brings_messages_in_order_and_answers_ok)
{
    const auto e = peer.request(http::method::post, "4a\x1e"
                                                    "bYg==\x1e"
                                                    "4c");
    EXPECT_EQ(e->answer->body, "ok");
    EXPECT_EQ(log, (std::vector<std::string>{"text:a", "binary:b", "text:c"}));
}

TEST_F(polling_session, answers_a_waiting_poll_with_everything_of_one_turn)
{
    EXPECT_EQ(peer.poll(), "");
    open()->send(text("a"));
    open()->send(frame::make(opcode::binary, {}, "b"));
    EXPECT_FALSE(peer.waiting->answer);
    turn();
    EXPECT_EQ(peer.waiting->answer->body, "4a\x1e"
                                          "bYg==");
}

TEST_F(polling_session, keeps_messages_for_the_next_poll)
{
    open()->send(text("a"));
    open()->send(text("b"));
    EXPECT_EQ(peer.poll(), "4a\x1e"
                           "4b");
}

TEST_F(polling_session, keeps_volatile_messages_between_polls_until_much_is_waiting)
{
    EXPECT_TRUE(open()->send_volatile(text("a")));
    open()->send(text(std::string(200, 'x')));
    EXPECT_FALSE(open()->send_volatile(text("b")));
    EXPECT_EQ(peer.poll(), "4a\x1e"
                           "4" +
                               std::string(200, 'x'));
    EXPECT_EQ(engine.stats().dropped_volatile, 1u);
}

TEST_F(polling_session, ends_when_the_client_fetches_less_than_the_budget)
{
    for (int i = 0; i < 10; ++i)
        open()->send(text(std::string(90, 'x')));
    EXPECT_TRUE(log.empty()); // never from inside send()
    turn();
    EXPECT_EQ(log, std::vector<std::string>{"closed:1"});
    expect_gone();
    EXPECT_EQ(engine.session_count(), 0u);
}

TEST_F(polling_session, flushes_before_it_closes_and_says_good_bye_apart)
{
    open()->send(text("last"));
    open()->close();
    EXPECT_EQ(log, std::vector<std::string>{"closed:3"});
    EXPECT_EQ(peer.poll(), "4last");
    EXPECT_EQ(peer.poll(), "1");
    expect_gone();
}

TEST_F(polling_session, closes_at_once_when_nothing_is_left_and_a_poll_waits)
{
    EXPECT_EQ(peer.poll(), "");
    open()->close();
    EXPECT_EQ(peer.waiting->answer->body, "1");
    EXPECT_EQ(engine.session_count(), 0u);
}

TEST_F(polling_session, may_be_closed_from_inside_a_message)
{
    EXPECT_EQ(peer.post("4close\x1e"
                        "4not heard"),
              200);
    EXPECT_EQ(log, (std::vector<std::string>{"text:close", "closed:3"}));
}

TEST_F(polling_session, may_be_aborted_from_inside_a_message)
{
    EXPECT_EQ(peer.poll(), "");
    const auto poll = peer.waiting;
    EXPECT_EQ(peer.post("4abort"), 200);
    EXPECT_TRUE(poll->cut);
    EXPECT_EQ(engine.session_count(), 0u);
}

TEST_F(polling_session, two_polls_end_it)
{
    EXPECT_EQ(peer.poll(), "");
    const auto first = peer.waiting;
    EXPECT_EQ(peer.request(http::method::get)->answer->status, 400);
    EXPECT_EQ(first->answer->body, "1");
    EXPECT_EQ(log, std::vector<std::string>{"closed:1"});
    expect_gone();
}

TEST_F(polling_session, a_dropped_poll_ends_it)
{
    EXPECT_EQ(peer.poll(), "");
    peer.waiting->drop();
    EXPECT_EQ(log, std::vector<std::string>{"closed:0"});
    expect_gone();
}

TEST_F(polling_session, a_good_bye_ends_it_and_its_poll)
{
    EXPECT_EQ(peer.poll(), "");
    const auto poll = peer.waiting;
    EXPECT_EQ(peer.post("1"), 200);
    EXPECT_EQ(poll->answer->body, "6");
    EXPECT_EQ(log, std::vector<std::string>{"closed:0"});
}

TEST_F(polling_session, broken_bodies_end_it)
{
    for (const auto* const body : {"abc", "", "4\xff", "2"}) {
        polling_peer other(engine, loop);
        other.open();
        EXPECT_EQ(other.post(body), *body == '2' ? 200 : 400) << body;
        EXPECT_EQ(other.request(http::method::get)->answer->status, 400) << body;
    }
}

TEST_F(polling_session, refuses_bodies_above_max_payload)
{
    EXPECT_EQ(peer.post(std::string(1001, '4')), 413);
}

TEST_F(polling_session, is_gone_when_the_client_was_silent)
{
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(peer.request(http::method::get)->answer->status, 400);
    EXPECT_EQ(log, std::vector<std::string>{"closed:2"});
    EXPECT_EQ(engine.stats().ping_timeouts, 1u);
}

TEST_F(polling_session, server_close_tells_polls_and_users)
{
    EXPECT_EQ(peer.poll(), "");
    engine.close();
    EXPECT_EQ(peer.waiting->answer->body, "1");
    EXPECT_EQ(log, std::vector<std::string>{"closed:4"});
    EXPECT_EQ(engine.session_count(), 0u);
    EXPECT_EQ(engine.stats().polling, 0u);
}

TEST_F(polling_session, a_draining_server_opens_no_session)
{
    engine.stop_accepting();
    polling_peer late(engine, loop);
    EXPECT_EQ(late.open(), 503);
    EXPECT_EQ(peer.post("4still here"), 200);
}

TEST_F(polling_session, jsonp_wraps_polls_and_unwraps_posts)
{
    polling_peer old(engine, loop, "EIO=3&transport=polling&j=7x");
    const auto e = old.request(http::method::get);
    EXPECT_TRUE(e->answer->body.starts_with("___eio[7](\"")) << e->answer->body;
    polling_peer other(engine, loop, "EIO=4&transport=polling&j=0");
    other.open();
    EXPECT_EQ(other.post("d=4a%5Cnb%5C%5Cn"), 200);
    EXPECT_EQ(log.back(), "text:a\nb\\n");
}

} // namespace
} // namespace chatd::engineio
