// socketio-relay-server --port N: what peers/relay.js does, on chatd's own Socket.IO library.
#include <chatd/base/clock.hpp>
#include <chatd/base/json_reader.hpp>
#include <chatd/base/json_writer.hpp>
#include <chatd/engineio/server.hpp>
#include <chatd/http/server.hpp>
#include <chatd/socketio/server.hpp>

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace chatd;

constexpr std::string_view done = R"({"ok":true})";

/// The raw text of a member of an object, empty when absent.
std::string_view member(std::string_view object, std::string_view name)
{
    json_reader r(object);
    std::string_view key;
    if (!r.enter_object())
        return {};
    while (r.next_member(key)) {
        const bool wanted = key == name;
        std::string_view raw;
        if (!r.skip(raw))
            return {};
        if (wanted)
            return raw;
    }
    return {};
}

void authenticate(const std::shared_ptr<socketio::connect_request>& r)
{
    const auto token = member(r->auth(), "token");
    if (token.size() > 2 && token.front() == '"')
        r->accept(nullptr);
    else
        r->refuse("Authentication token required");
}

/// `conversationId` as a room name: the text between its quotes will do.
std::string_view room_of(std::string_view conversation_id)
{
    return conversation_id.size() < 2 ? conversation_id
                                      : conversation_id.substr(1, conversation_id.size() - 2);
}

void send_message(socketio::socket& s, socketio::event& e)
{
    const auto conversation = member(e.args[0], "conversationId");
    const auto content = member(e.args[0], "content");
    json_writer w;
    w.begin_object().key("message").begin_object();
    w.raw_field("conversationId", conversation).raw_field("content", content).end_object();
    w.field("timestamp", system_clock().now()).end_object();
    s.nsp().to(room_of(conversation)).emit("message_received", w.str());
    e.reply(done);
}

void handle(socketio::socket& s, socketio::event e)
{
    if (e.name == "echo") {
        e.reply(e.args_json);
    } else if (e.name == "send_message" && !e.args.empty()) {
        send_message(s, e);
    } else if (e.name == "join_room" && !e.args.empty()) {
        s.join(room_of(member(e.args[0], "conversationId")));
        e.reply(done);
    }
}

class relay {
  public:
    explicit relay(std::uint16_t port)
        : timers_(loop_), engine_(loop_, timers_, {}), sockets_(engine_, {}),
          http_(loop_, options(port), [this](const http::exchange_ptr& e) { route(e); })
    {
        auto& main = sockets_.of("/");
        main.use(authenticate);
        main.on_event(handle);
    }

    int run()
    {
        if (const auto listening = http_.listen(); !listening) {
            std::fprintf(stderr, "%s\n", listening.error().detail.c_str());
            return EXIT_FAILURE;
        }
        boost::asio::signal_set signals(loop_.io(), SIGINT, SIGTERM);
        signals.async_wait([this](const boost::system::error_code&, int) { loop_.stop(); });
        loop_.run();
        return EXIT_SUCCESS;
    }

  private:
    static http::server_options options(std::uint16_t port)
    {
        http::server_options o;
        o.listeners.push_back({.port = port});
        return o;
    }

    void route(const http::exchange_ptr& e)
    {
        if (e->req().path == "/socket.io/")
            engine_.handle(e);
        else
            e->respond(http::text_response(e->req().path == "/readyz" ? 200 : 404, ""));
    }

    async::loop loop_;
    async::timer_wheel timers_;
    engineio::server engine_;
    socketio::server sockets_;
    http::server http_;
};

} // namespace

int main(int argc, char** argv)
{
    const int port = argc == 3 && std::string_view(argv[1]) == "--port" ? std::atoi(argv[2]) : 0;
    if (port <= 0 || port > 65535) {
        std::fprintf(stderr, "usage: %s --port N\n", argv[0]);
        return 2;
    }
    std::signal(SIGUSR2, SIG_IGN); // the Node relay collects garbage upon it
    return relay(static_cast<std::uint16_t>(port)).run();
}
