#include "websocket_fixture.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <random>

// The only file that uses Beast's WebSocket, as a client that is not ours.
namespace chatd::websocket {
namespace {

namespace beast = boost::beast;
using tcp = boost::asio::ip::tcp;

class beast_client {
  public:
    explicit beast_client(std::uint16_t port) : stream(io)
    {
        stream.next_layer().connect({boost::asio::ip::address_v4::loopback(), port});
        stream.next_layer().set_option(tcp::no_delay(true));
        stream.handshake("localhost", "/ws");
    }
    std::string read()
    {
        beast::flat_buffer buffer;
        stream.read(buffer);
        return beast::buffers_to_string(buffer.data());
    }
    void write(std::string_view text) { stream.write(boost::asio::buffer(text.data(), text.size())); }

    boost::asio::io_context io;
    beast::websocket::stream<tcp::socket> stream;
};

TEST_F(websocket_server, echoes_text_and_binary_of_every_length_form)
{
    start();
    beast_client c(port);
    std::mt19937 random(1);
    for (const std::size_t n : {0U, 1U, 125U, 126U, 65'535U, 65'536U, 999'999U, 1'000'000U}) {
        std::string bytes(n, '\0');
        for (auto& b : bytes)
            b = static_cast<char>(random());
        c.stream.binary(true);
        c.write(bytes);
        ASSERT_EQ(c.read(), bytes) << n;
        EXPECT_TRUE(c.stream.got_binary());
        c.stream.text(true);
        c.write(std::string(n, 'a'));
        ASSERT_EQ(c.read(), std::string(n, 'a')) << n;
        EXPECT_TRUE(c.stream.got_text());
    }
}

TEST_F(websocket_server, joins_fragments_and_answers_pings_between_them)
{
    start();
    beast_client c(port);
    std::string pong;
    c.stream.control_callback([&](beast::websocket::frame_type kind, beast::string_view payload) {
        if (kind == beast::websocket::frame_type::pong)
            pong = std::string(payload);
    });
    c.stream.write_some(false, boost::asio::buffer("Hel", 3));
    c.stream.ping("still there?");
    c.stream.write_some(false, boost::asio::buffer("lo ", 3));
    c.stream.write_some(true, boost::asio::buffer("world", 5));
    EXPECT_EQ(c.read(), "Hello world");
    EXPECT_EQ(pong, "still there?");
}

TEST_F(websocket_server, answers_many_messages_in_order)
{
    start();
    beast_client c(port);
    c.stream.auto_fragment(false);
    std::thread writer([&] {
        for (int i = 0; i < 20'000; ++i)
            c.write("message " + std::to_string(i));
    });
    for (int i = 0; i < 20'000; ++i)
        ASSERT_EQ(c.read(), "message " + std::to_string(i));
    writer.join();
}

TEST_F(websocket_server, closes_cleanly_from_both_sides)
{
    start();
    {
        beast_client c(port);
        c.stream.close({beast::websocket::close_code::going_away, "bye"});
        EXPECT_TRUE(eventually([&] { return closed == 1; }));
        EXPECT_EQ(last_code, 1001);
    }
    beast_client c(port);
    c.write("close");
    beast::error_code ec;
    beast::flat_buffer buffer;
    c.stream.read(buffer, ec);
    EXPECT_EQ(ec, beast::websocket::error::closed);
    EXPECT_EQ(c.stream.reason().code, 1001);
}

TEST_F(websocket_server, refuses_a_message_that_is_too_long)
{
    options.max_message = 1000;
    start();
    beast_client c(port);
    c.write(std::string(1001, 'x'));
    beast::error_code ec;
    beast::flat_buffer buffer;
    c.stream.read(buffer, ec);
    EXPECT_EQ(ec, beast::websocket::error::closed);
    EXPECT_EQ(c.stream.reason().code, beast::websocket::close_code::too_big);
}

TEST_F(websocket_server, serves_many_clients_a_shared_frame)
{
    start();
    std::vector<std::unique_ptr<beast_client>> clients;
    for (int i = 0; i < 50; ++i)
        clients.push_back(std::make_unique<beast_client>(port));
    home.call([&] {
        ASSERT_EQ(peers.size(), 50U);
        for (int i = 0; i < 100; ++i) {
            const auto shared = frame::make(opcode::text, "4", "broadcast " + std::to_string(i));
            for (const auto& p : peers)
                p->link->send(shared);
        }
    });
    for (int i = 0; i < 100; ++i) {
        for (const auto& c : clients)
            ASSERT_EQ(c->read(), "4broadcast " + std::to_string(i));
    }
}

TEST_F(websocket_server, speaks_tls)
{
    start(true);
    boost::asio::io_context io;
    boost::asio::ssl::context trust(boost::asio::ssl::context::tls_client);
    trust.load_verify_file(std::filesystem::path(::testing::TempDir()) /
                           "chatd-websocket-test-certificate.pem");
    trust.set_verify_mode(boost::asio::ssl::verify_peer);
    beast::websocket::stream<beast::ssl_stream<tcp::socket>> c(io, trust);
    c.next_layer().next_layer().connect({boost::asio::ip::address_v4::loopback(), port});
    c.next_layer().handshake(boost::asio::ssl::stream_base::client);
    c.handshake("localhost", "/ws");
    c.binary(true);
    std::mt19937 random(1);
    // Larger than the read scratch, the TLS record and the kernel's buffers.
    for (const std::size_t n : {1U, 20'000U, 70'000U, 1'000'000U}) {
        std::string bytes(n, '\0');
        for (auto& b : bytes)
            b = static_cast<char>(random());
        std::thread writer([&] { c.write(boost::asio::buffer(bytes)); });
        beast::flat_buffer buffer;
        c.read(buffer);
        writer.join();
        ASSERT_EQ(beast::buffers_to_string(buffer.data()), bytes) << n;
    }
    beast::error_code ec;
    c.close(beast::websocket::close_code::normal, ec);
    EXPECT_FALSE(ec) << ec.message();
    EXPECT_TRUE(eventually([&] { return closed == 1; }));
    EXPECT_EQ(last_code, 1000);
}

TEST_F(websocket_server, survives_plain_text_on_a_tls_port)
{
    start(true);
    raw_client plain(port);
    ASSERT_TRUE(plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_TRUE(plain.sees_end());
}

} // namespace
} // namespace chatd::websocket
