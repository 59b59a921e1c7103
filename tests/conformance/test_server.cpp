// socketio-test-server --port N [--recovery] [--ping-interval MS] [--ping-timeout MS] [--send-budget BYTES]:
// Engine.IO and Socket.IO without chat, for protocol test suites.
#include "test_namespaces.hpp"

#include <chatd/engineio/server.hpp>
#include <chatd/http/cors.hpp>
#include <chatd/http/server.hpp>

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

using namespace chatd;
using namespace std::chrono_literals;

struct arguments {
    std::uint16_t port = 3000;
    bool recovery = false;
    engineio::heartbeat_options heartbeat{.interval = 300ms, .timeout = 200ms};
    std::size_t send_budget = 16 << 20; // the echo of large messages is not a slow reader
};

bool read_arguments(int argc, char** argv, arguments& out)
{
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--recovery") {
            out.recovery = true;
            continue;
        }
        const int value = i + 1 < argc ? std::atoi(argv[++i]) : 0;
        if (name == "--port")
            out.port = static_cast<std::uint16_t>(value);
        else if (name == "--ping-interval")
            out.heartbeat.interval = std::chrono::milliseconds(value);
        else if (name == "--ping-timeout")
            out.heartbeat.timeout = std::chrono::milliseconds(value);
        else if (name == "--send-budget")
            out.send_budget = static_cast<std::size_t>(value);
        else
            return false;
        if (value <= 0)
            return false;
    }
    return true;
}

/// Sends every message of its session back.
class echo final : public engineio::session_user {
  public:
    explicit echo(engineio::session& s) : session_(s) {}
    void on_message(std::string_view payload, bool is_text) noexcept override
    {
        using websocket::frame;
        using websocket::opcode;
        session_.send(is_text ? frame::make(opcode::text, "4", payload)
                              : frame::make(opcode::binary, {}, payload));
    }
    void on_close(engineio::close_reason) noexcept override {}

  private:
    engineio::session& session_;
};

engineio::server_options engine_options(const arguments& a)
{
    engineio::server_options o;
    o.heartbeat = a.heartbeat;
    o.send_budget = a.send_budget;
    return o;
}

socketio::server_options socket_options(bool recovery)
{
    socketio::server_options o;
    o.connect_timeout = 1s;
    o.recovery.enabled = recovery;
    o.recovery.replay_delay = 0ms;
    return o;
}

class test_server {
  public:
    explicit test_server(const arguments& a)
        : timers_(loop_), raw_(loop_, timers_, engine_options(a)), engine_(loop_, timers_, engine_options(a)),
          sockets_(engine_, socket_options(a.recovery)), cors_({}),
          http_(loop_, http_options(a.port), handler())
    {
        raw_.on_open([](engineio::session& s, const http::request&) { return std::make_unique<echo>(s); });
        conformance::set_up_namespaces(sockets_);
    }

    int run()
    {
        if (const auto listening = http_.listen(); !listening) {
            std::fprintf(stderr, "%s\n", listening.error().detail.c_str());
            return EXIT_FAILURE;
        }
        boost::asio::signal_set signals(loop_.io(), SIGINT, SIGTERM);
        signals.async_wait([this](const boost::system::error_code&, int) { stop(); });
        loop_.run();
        return EXIT_SUCCESS;
    }

  private:
    http::server_options http_options(std::uint16_t port)
    {
        http::server_options o;
        o.listeners.push_back({.port = port});
        o.finish = [this](const http::request& r, http::response& out) { cors_.decorate(r, out); };
        return o;
    }

    http::handler handler()
    {
        return [this](const http::exchange_ptr& e) {
            const auto& r = e->req();
            if (http::cors::is_preflight(r))
                e->respond(cors_.preflight(r));
            else if (r.path == "/engine.io/")
                raw_.handle(e);
            else if (r.path == "/socket.io/")
                engine_.handle(e);
            else
                e->respond(http::text_response(404, "Not Found"));
        };
    }

    void stop()
    {
        http_.stop_accepting();
        sockets_.close();
        raw_.close();
        loop_.post([this] { loop_.stop(); });
    }

    async::loop loop_;
    async::timer_wheel timers_;
    engineio::server raw_;
    engineio::server engine_;
    socketio::server sockets_;
    http::cors cors_;
    http::server http_;
};

} // namespace

int main(int argc, char** argv)
{
    arguments a;
    if (!read_arguments(argc, argv, a)) {
        std::fprintf(stderr,
                     "usage: %s --port N [--recovery] [--ping-interval MS] [--ping-timeout MS]\n"
                     "       [--send-budget BYTES]\n",
                     argv[0]);
        return 2;
    }
    return test_server(a).run();
}
