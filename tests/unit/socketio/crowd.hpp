#pragma once

#include "unit/engineio/fake_exchange.hpp"

#include <chatd/http/stream.hpp>
#include <chatd/socketio/server.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::engineio::testing {

inline std::unique_ptr<http::stream> fake_exchange::release_stream(std::string&)
{
    return nullptr;
}

} // namespace chatd::engineio::testing

namespace chatd::socketio::testing {

/// One Socket.IO client on long-polling in the test's own thread.
class guest {
  public:
    guest(engineio::server& e, async::loop& l, std::string query = "EIO=4&transport=polling")
        : peer(e, l, std::move(query)), loop_(l)
    {
    }

    /// Handshake and CONNECT; what the server sends next is left for packets().
    void enter(std::string_view auth = {})
    {
        peer.open();
        peer.post("40" + std::string(auth));
        const auto answer = packets().at(0);
        id = answer.substr(answer.find("\"sid\":\"") + 7, 20);
        if (const auto at = answer.find("\"pid\":\""); at != std::string::npos)
            pid = answer.substr(at + 7, answer.size() - at - 9);
        recent_.erase(recent_.begin());
    }

    /// Every packet since the last call.
    std::vector<std::string> packets()
    {
        loop_.io().poll();
        loop_.io().restart();
        for (;;) {
            std::string body;
            if (peer.waiting) {
                if (!peer.waiting->answer)
                    break;
                body = std::exchange(peer.waiting, nullptr)->answer->body;
            } else {
                body = peer.poll();
                if (body.empty() && !peer.waiting)
                    break;
            }
            for (std::size_t at = 0; !body.empty() && at <= body.size();) {
                const auto end = std::min(body.find('\x1e', at), body.size());
                recent_.push_back(body.substr(at, end - at));
                at = end + 1;
            }
        }
        return recent_;
    }
    std::vector<std::string> take()
    {
        packets();
        return std::exchange(recent_, {});
    }

    engineio::testing::polling_peer peer;
    std::string id;
    std::string pid;

  private:
    async::loop& loop_;
    std::vector<std::string> recent_;
};

/// A server and the ways into it.
struct house {
    explicit house(server_options o = {}) : sockets(engine, std::move(o)) {}

    std::unique_ptr<guest> enter(std::string_view auth = {})
    {
        auto g = std::make_unique<guest>(engine, loop);
        g->enter(auth);
        return g;
    }
    void turn()
    {
        loop.io().poll();
        loop.io().restart();
    }

    async::loop loop;
    async::timer_wheel timers{loop};
    engineio::server engine{loop, timers, {}};
    server sockets;
    name_space& main = sockets.of("/");
};

using strings = std::vector<std::string>;

} // namespace chatd::socketio::testing
