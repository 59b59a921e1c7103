#include "unit/websocket/client_frames.hpp"
#include "websocket_fixture.hpp"

namespace chatd::websocket {
namespace {

const std::string upgrade =
    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

// A server frame with a short payload.
std::string server_frame(unsigned first, std::string_view payload)
{
    return std::string{static_cast<char>(first), static_cast<char>(payload.size())} + std::string(payload);
}

// Frames are counted without locks: to be made on the loop.
frame_ptr binary_frame(std::size_t payload)
{
    return frame::make(opcode::binary, {}, std::string(payload, 'x'));
}

std::string close_bytes(std::uint16_t code)
{
    return server_frame(0x88, std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)});
}

void shake_hands(raw_client& c)
{
    ASSERT_TRUE(c.send(upgrade + "\r\n"));
    const auto answer = c.read_until("\r\n\r\n");
    ASSERT_TRUE(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << answer;
    ASSERT_NE(answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
}

struct bad_handshake {
    const char* name;
    std::string request;
    const char* status;
};

TEST_F(websocket_server, refuses_bad_handshakes)
{
    start();
    const std::string base = "GET /ws HTTP/1.1\r\nHost: x\r\n";
    const std::string up = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const std::string v13 = "Sec-WebSocket-Version: 13\r\n";
    const bad_handshake all[] = {
        {"no upgrade", base + key + v13, "426"},
        {"connection without upgrade", base + "Upgrade: websocket\r\n" + key + v13, "426"},
        {"other protocol", base + "Upgrade: h2c\r\nConnection: Upgrade\r\n" + key + v13, "426"},
        {"not GET", "POST /ws HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" + up + key + v13, "426"},
        {"old version", base + up + key + "Sec-WebSocket-Version: 8\r\n", "426"},
        {"no version", base + up + key, "426"},
        {"no key", base + up + v13, "400"},
        {"short key", base + up + v13 + "Sec-WebSocket-Key: c2hvcnQ=\r\n", "400"},
    };
    for (const auto& bad : all) {
        raw_client c(port);
        ASSERT_TRUE(c.send(bad.request + "\r\n"));
        const auto answer = c.read_response();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::string(bad.status))) << bad.name << "\n" << answer;
        if (std::string_view(bad.status) == "426") {
            EXPECT_NE(answer.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos) << bad.name;
        }
    }
}

TEST_F(websocket_server, agrees_on_no_extension_and_no_subprotocol)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send(
        upgrade + "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: chat\r\n\r\n"));
    const auto answer = c.read_until("\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 "));
    EXPECT_EQ(answer.find("Extensions"), std::string::npos);
    EXPECT_EQ(answer.find("Protocol:"), std::string::npos);
}

TEST_F(websocket_server, sends_first_frames_with_the_handshake_and_reads_early_ones)
{
    on_accept = [](peer& p) { p.link->send(frame::make(opcode::text, {}, "welcome")); };
    start();
    raw_client c(port);
    ASSERT_TRUE(
        c.send(upgrade + "\r\n" + client_frame(0x81, "early") + client_frame(0x81, "bird").substr(0, 3)));
    ASSERT_TRUE(c.read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    EXPECT_EQ(c.read(9), server_frame(0x81, "welcome"));
    EXPECT_EQ(c.read(7), server_frame(0x81, "early"));
    ASSERT_TRUE(c.send(client_frame(0x81, "bird").substr(3)));
    EXPECT_EQ(c.read(6), server_frame(0x81, "bird"));
}

struct closing {
    std::string bytes;
    std::uint16_t code;
};

TEST_F(websocket_server, closes_each_broken_rule_with_its_code)
{
    options.max_message = 1000;
    start();
    const closing all[] = {
        {std::string("\x81\x02hi"), 1002},                         // unmasked
        {client_frame(0xc1, "x"), 1002},                           // RSV1 without extension
        {client_frame(0x83, "x"), 1002},                           // reserved opcode
        {client_frame(0x80, "x"), 1002},                           // nothing to continue
        {client_frame(0x01, "a") + client_frame(0x81, "b"), 1002}, // message inside a message
        {client_frame(0x88, "x"), 1002},                           // half a close code
        {client_close(1005), 1002},                                // reserved close code
        {client_frame(0x81, "\xff"), 1007},                        // no UTF-8
        {client_close(1000, "\xff"), 1007},                        // nor in the reason
        {client_frame(0x81, std::string(1001, 'x')), 1009},        // too long
        {client_frame(0x01, std::string(1000, 'x')) + client_frame(0x80, "x"), 1009}, // in sum
        {client_close(1000, "bye"), 1000},
        {client_close(4321), 4321},
    };
    int expected = 0;
    for (const auto& one : all) {
        raw_client c(port);
        shake_hands(c);
        ASSERT_TRUE(
            c.send(one.bytes + std::string(100'000, 'x'))); // what follows must not turn it into a reset
        EXPECT_EQ(c.read(4), close_bytes(one.code));
        EXPECT_TRUE(c.sees_end());
        ++expected;
        EXPECT_TRUE(eventually([&] { return closed == expected; }));
        EXPECT_EQ(last_code, one.code);
    }
    raw_client c(port);
    shake_hands(c);
    ASSERT_TRUE(c.send(client_frame(0x88, "")));
    EXPECT_EQ(c.read(2), server_frame(0x88, ""));
    EXPECT_TRUE(eventually([&] { return last_code == close_code::none; }));
}

TEST_F(websocket_server, answers_a_close_of_a_client_that_already_stopped_sending)
{
    start();
    raw_client c(port);
    shake_hands(c);
    ASSERT_TRUE(c.send(client_frame(0x81, "x") + client_close(1000)));
    c.finish_sending();
    EXPECT_EQ(c.read_to_end(), server_frame(0x81, "x") + close_bytes(1000));
    EXPECT_FALSE(c.was_reset());
}

TEST_F(websocket_server, tells_its_owner_of_a_lost_connection)
{
    start();
    for (const bool by_reset : {true, false}) {
        raw_client c(port);
        shake_hands(c);
        closed = 0;
        if (by_reset)
            c.reset();
        else
            c.finish_sending();
        EXPECT_TRUE(eventually([&] { return closed == 1; }));
        EXPECT_EQ(last_code, close_code::abnormal);
    }
}

TEST_F(websocket_server, closes_and_aborts_for_its_owner_who_then_hears_nothing)
{
    start();
    {
        raw_client c(port);
        shake_hands(c);
        ASSERT_TRUE(
            c.send(client_frame(0x81, "one") + client_frame(0x81, "close") + client_frame(0x81, "late")));
        EXPECT_EQ(c.read(5), server_frame(0x81, "one"));
        EXPECT_EQ(c.read(4), close_bytes(1001));
        ASSERT_TRUE(c.send(client_close(1001)));
        EXPECT_TRUE(c.sees_end());
    }
    {
        raw_client c(port);
        shake_hands(c);
        ASSERT_TRUE(c.send(client_frame(0x81, "abort")));
        EXPECT_EQ(c.read_to_end(), "");
        EXPECT_TRUE(c.was_reset());
    }
    EXPECT_EQ(closed, 0);
    EXPECT_EQ(messages, 3) << "what comes behind the close is not delivered";
}

TEST_F(websocket_server, does_not_wait_forever_for_the_peers_close)
{
    options.close_timeout = 100ms;
    start();
    raw_client c(port);
    shake_hands(c);
    ASSERT_TRUE(c.send(client_frame(0x81, "close")));
    EXPECT_EQ(c.read(4), close_bytes(1001));
    std::this_thread::sleep_for(300ms);
    EXPECT_TRUE(c.sees_end());
    EXPECT_FALSE(c.send("x") && c.send("x") && c.send("x"))
        << "the socket is gone, not only its sending half";
}

TEST_F(websocket_server, resets_a_reader_that_exceeds_its_budget)
{
    options.send_budget = 100'000;
    options.kernel_send_buffer = 16'000;
    start();
    raw_client c(port, 4096);
    shake_hands(c);
    std::size_t most = 0;
    for (int i = 0; i < 1000 && closed == 0; ++i) {
        home.call([&] {
            if (peers.empty())
                return;
            peers.front()->link->send(binary_frame(1000));
            most = std::max(most, peers.front()->link->queued_bytes());
        });
    }
    EXPECT_TRUE(eventually([&] { return closed == 1; }));
    EXPECT_EQ(last_code, close_code::abnormal);
    EXPECT_GT(most, 90'000U);
    EXPECT_LE(most, 100'000U);
    EXPECT_EQ(counted().closed_slow, 1U);
    c.read_to_end();
    EXPECT_TRUE(c.was_reset());
}

TEST_F(websocket_server, a_burst_above_the_budget_is_fine_for_who_reads)
{
    options.send_budget = 50'000;
    start();
    raw_client c(port);
    shake_hands(c);
    home.call([&] {
        for (int i = 0; i < 120; ++i)
            peers.front()->link->send(binary_frame(996)); // 1000 bytes in all
    });
    EXPECT_EQ(c.read(120'000).size(), 120'000U);
    EXPECT_EQ(closed, 0);
}

TEST_F(websocket_server, one_frame_may_always_go)
{
    options.send_budget = 1000;
    start();
    raw_client c(port);
    shake_hands(c);
    home.call([&] { peers.front()->link->send(binary_frame(50'000)); });
    EXPECT_EQ(c.read(50'004).size(), 50'004U);
}

TEST_F(websocket_server, drops_volatile_frames_early)
{
    options.send_budget = 100'000;
    options.kernel_send_buffer = 16'000;
    start();
    raw_client c(port, 4096);
    shake_hands(c);
    bool was_dropped = false;
    for (int i = 0; i < 2000 && !was_dropped; ++i)
        home.call([&] { was_dropped = !peers.front()->link->send_volatile(binary_frame(1000)); });
    EXPECT_TRUE(was_dropped);
    home.call([&] { EXPECT_LT(peers.front()->link->queued_bytes(), 30'000U); });
    EXPECT_EQ(closed, 0);
    EXPECT_GE(counted().dropped_volatile, 1U);
}

TEST_F(websocket_server, resets_a_queue_that_stands_still_although_its_reader_still_sends)
{
    options.stall_timeout = 200ms;
    options.kernel_send_buffer = 16'000;
    start();
    raw_client c(port, 4096);
    shake_hands(c);
    home.call([&] { peers.front()->link->send(binary_frame(900'000)); });
    for (int i = 0; i < 200 && closed == 0; ++i) {
        c.send(client_frame(0x8a, "alive"));
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_EQ(closed, 1);
    EXPECT_EQ(counted().closed_slow, 1U);
}

TEST_F(websocket_server, a_slow_but_steady_reader_stays)
{
    options.stall_timeout = 300ms;
    options.kernel_send_buffer = 16'000;
    start();
    raw_client c(port, 4096);
    shake_hands(c);
    home.call([&] { peers.front()->link->send(binary_frame(900'000)); });
    std::size_t got = 0;
    for (int i = 0; i < 12; ++i) {
        got += c.read(75'000).size();
        std::this_thread::sleep_for(70ms);
    }
    got += c.read(900'010 - got).size();
    EXPECT_EQ(got, 900'010U);
    EXPECT_EQ(closed, 0);
}

TEST_F(websocket_server, counts_bytes_and_frames)
{
    start();
    raw_client c(port);
    shake_hands(c);
    const auto before = counted();
    ASSERT_TRUE(c.send(client_frame(0x81, "12345") + client_frame(0x82, "")));
    EXPECT_EQ(c.read(9).size(), 9U);
    const auto after = counted();
    EXPECT_EQ(after.bytes_in - before.bytes_in, 11U + 6U);
    EXPECT_EQ(after.frames_in - before.frames_in, 2U);
    EXPECT_EQ(after.bytes_out - before.bytes_out, 9U);
    EXPECT_EQ(after.frames_out - before.frames_out, 2U);
}

TEST_F(websocket_server, a_group_that_goes_takes_closing_connections_along)
{
    start();
    raw_client c(port);
    shake_hands(c);
    ASSERT_TRUE(c.send(client_frame(0x81, "close")));
    EXPECT_EQ(c.read(4), close_bytes(1001));
    home.call([&] {
        peers.clear();
        server_.reset();
        group_.reset();
    });
    EXPECT_TRUE(c.sees_end());
}

} // namespace
} // namespace chatd::websocket
