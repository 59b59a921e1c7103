#include "http_fixture.hpp"

#include <sys/resource.h>

namespace chatd::http {
namespace {

const std::string get = " HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(http_server, an_early_413_reaches_a_client_that_is_still_sending)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n"));
    ASSERT_TRUE(c.send(std::string(8'000'000, 'x')));
    const auto answer = c.read_response();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(c.sees_end());
    EXPECT_FALSE(c.was_reset());
    c.finish_sending();
    await_connections(0);
}

TEST_F(http_server, an_upload_without_end_is_cut)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000000\r\n\r\n"));
    const std::string block(1 << 20, 'x');
    int sent = 0;
    while (sent < 200 && c.send(block))
        ++sent;
    EXPECT_LT(sent, 200);
}

TEST_F(http_server, refuses_what_is_no_http)
{
    start();
    for (const std::string bytes : {"\x16\x03\x01\x02 garbage\r\n\r\n", "GET\r\n\r\n"}) {
        raw_client c(port);
        ASSERT_TRUE(c.send(bytes));
        EXPECT_TRUE(c.read_response().starts_with("HTTP/1.1 400 Bad Request\r\n"));
        EXPECT_TRUE(c.sees_end());
    }
}

TEST_F(http_server, times_slow_headers_out)
{
    options.header_timeout = 150ms;
    start();
    raw_client silent(port);
    raw_client slow(port);
    ASSERT_TRUE(slow.send("GET /echo HT"));
    const auto answer = slow.read_response();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
    EXPECT_TRUE(slow.sees_end());
    EXPECT_EQ(silent.read_to_end(), "") << "who sent nothing is told nothing";
    EXPECT_TRUE(silent.sees_end());
}

TEST_F(http_server, dripping_bytes_buy_no_time)
{
    options.header_timeout = 200ms;
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("GET /echo" + get));
    c.read_response();
    const auto begin = std::chrono::steady_clock::now();
    while (c.send("G") && std::chrono::steady_clock::now() - begin < 5s && stats().open_connections == 1 &&
           stats().requests < 2)
        std::this_thread::sleep_for(20ms);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
    EXPECT_TRUE(c.read_response().starts_with("HTTP/1.1 408 "));
}

TEST_F(http_server, times_slow_bodies_out)
{
    options.body_timeout = 150ms;
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"));
    EXPECT_TRUE(c.read_response().starts_with("HTTP/1.1 408 "));
    EXPECT_TRUE(c.sees_end());
    EXPECT_EQ(requests, 0);
}

TEST_F(http_server, closes_idle_connections)
{
    options.idle_timeout = 150ms;
    start();
    raw_client c(port);
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(c.send("GET /echo" + get));
        ASSERT_TRUE(c.read_response().starts_with("HTTP/1.1 200"));
        std::this_thread::sleep_for(80ms);
    }
    EXPECT_EQ(c.read_to_end(), "");
    EXPECT_TRUE(c.sees_end());
    await_connections(0);
}

TEST_F(http_server, resets_who_does_not_read_its_answer)
{
    options.body_timeout = 200ms;
    start();
    raw_client c(port, 4096);
    ASSERT_TRUE(c.send("GET /large" + get + "GET /large" + get + "GET /large" + get));
    await_requests(1);
    await_connections(0);
}

TEST_F(http_server, hears_when_a_waiting_client_leaves)
{
    start();
    for (const bool by_reset : {false, true}) {
        raw_client c(port);
        aborts = 0;
        requests = 0;
        ASSERT_TRUE(c.send("GET /watched" + get));
        await_requests(1);
        if (by_reset)
            c.reset();
        else
            c.finish_sending();
        for (int i = 0; i < 200 && aborts == 0; ++i)
            std::this_thread::sleep_for(5ms);
        EXPECT_EQ(aborts, 1);
        home.call([&] {
            waiting.front()->respond(text_response(200, "too late"));
            waiting.clear();
        });
        await_connections(0);
    }
    EXPECT_EQ(aborts, 1);
}

TEST_F(http_server, hears_of_a_client_that_left_before_it_was_asked)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("GET /wait" + get));
    await_requests(1);
    c.reset();
    await_connections(0);
    home.call([&] { waiting.front()->on_abort([&] { ++aborts; }); });
    for (int i = 0; i < 200 && aborts == 0; ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_EQ(aborts, 1);
}

TEST_F(http_server, answers_half_open_clients)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("GET /wait" + get + "GET /echo" + get));
    c.finish_sending();
    await_requests(1);
    std::this_thread::sleep_for(20ms);
    home.call([&] {
        waiting.front()->respond(text_response(200, "for you"));
        waiting.clear();
    });
    EXPECT_NE(c.read_response().find("for you"), std::string::npos);
    EXPECT_NE(c.read_response().find("GET /echo"), std::string::npos);
    EXPECT_TRUE(c.sees_end());
    await_connections(0);
}

TEST_F(http_server, bounds_what_is_pipelined_behind_a_pending_request)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("GET /wait" + get));
    std::thread flood([&] {
        const std::string block(1 << 20, '\n');
        for (int i = 0; i < 64 && c.send(block); ++i) {
        }
    });
    await_requests(1);
    std::this_thread::sleep_for(100ms);
    EXPECT_LT(stats().bytes_in, 1U << 20);
    home.call([&] {
        waiting.front()->abort();
        waiting.clear();
    });
    flood.join();
}

TEST_F(http_server, limits_connections_per_address)
{
    options.max_connections_per_ip = 2;
    start();
    auto first = std::make_unique<raw_client>(port);
    raw_client second(port);
    ASSERT_TRUE(first->send("GET /echo" + get));
    ASSERT_TRUE(second.send("GET /echo" + get));
    EXPECT_TRUE(first->read_response().starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(second.read_response().starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(raw_client(port).sees_end());
    first.reset();
    await_connections(1);
    raw_client third(port);
    ASSERT_TRUE(third.send("GET /echo" + get));
    EXPECT_TRUE(third.read_response().starts_with("HTTP/1.1 200"));
}

TEST_F(http_server, waits_for_descriptors_when_they_run_out)
{
    start();
    raw_client ready(port);
    await_connections(1);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const int probe = ::dup(0);
    ::close(probe);
    // One more descriptor exists: the client's own.
    const rlimit tight{static_cast<rlim_t>(probe + 1), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &tight);
    raw_client waiting_client(port);
    ASSERT_TRUE(waiting_client.is_connected());
    ASSERT_TRUE(waiting_client.send("GET /echo" + get));
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(stats().accepted, 1U);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_TRUE(waiting_client.read_response().starts_with("HTTP/1.1 200"));
}

TEST_F(http_server, stops_gracefully)
{
    start();
    raw_client idle(port);
    raw_client busy(port);
    ASSERT_TRUE(idle.send("GET /echo" + get));
    idle.read_response();
    ASSERT_TRUE(busy.send("GET /wait" + get));
    await_requests(2);
    home.call([&] { server_->stop_accepting(); });
    EXPECT_TRUE(idle.sees_end());
    EXPECT_FALSE(raw_client(port).is_connected());
    home.call([&] {
        waiting.front()->respond(text_response(200, "last words"));
        waiting.clear();
    });
    const auto answer = busy.read_response();
    EXPECT_NE(answer.find("last words"), std::string::npos);
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(busy.sees_end());
}

TEST_F(http_server, cuts_everything_when_told)
{
    start();
    raw_client busy(port);
    ASSERT_TRUE(busy.send("GET /watched" + get));
    await_requests(1);
    home.call([&] { server_->close_all(); });
    EXPECT_TRUE(busy.sees_end());
    EXPECT_EQ(aborts, 1);
}

TEST_F(http_server, says_why_it_cannot_listen)
{
    start();
    auto taken = options;
    taken.listeners.front().port = port;
    home.call([&] {
        server second(home.loop, taken, [](const exchange_ptr&) {});
        const auto opened = second.listen();
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, errc::unavailable);
        EXPECT_NE(opened.error().detail.find("Address already in use"), std::string::npos)
            << opened.error().detail;
    });
}

TEST_F(http_server, listens_on_both_families)
{
    options.listeners.front().host = "::";
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("GET /echo" + get));
    EXPECT_NE(c.read_response().find(" 127.0.0.1 http "), std::string::npos);
}

} // namespace
} // namespace chatd::http
