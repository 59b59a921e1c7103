#pragma once

#include "support/certificate.hpp"
#include "support/loop_thread.hpp"
#include "support/raw_client.hpp"

#include <chatd/http/server.hpp>
#include <chatd/websocket/connection.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace chatd::websocket {

using namespace std::chrono_literals;
using chatd::testing::raw_client;

/// A server that echoes every message. "close", "abort" and "flood N" make it do that instead.
class websocket_server : public ::testing::Test {
  protected:
    struct peer final : connection_owner {
        explicit peer(websocket_server& t) : test(t) {}
        void on_message(std::string_view payload, bool is_text) noexcept override
        {
            test.on_message(*this, payload, is_text);
        }
        void on_closed(std::uint16_t code) noexcept override
        {
            test.last_code = code;
            ++test.closed;
            test.forget(*this);
        }
        websocket_server& test;
        std::shared_ptr<connection> link;
    };

    ~websocket_server() override
    {
        home.call([this] {
            peers.clear();
            server_.reset();
            group_.reset();
        });
        home.stop();
    }

    void start(bool with_tls = false)
    {
        http::server_options o;
        o.listeners.push_back({});
        if (with_tls) {
            const auto folder = std::filesystem::path(::testing::TempDir());
            o.listeners[0].tls_certificate = folder / "chatd-websocket-test-certificate.pem";
            o.listeners[0].tls_key = folder / "chatd-websocket-test-key.pem";
            testing::write_certificate("localhost", o.listeners[0].tls_certificate, o.listeners[0].tls_key);
        }
        home.call([this, &o] {
            group_ = std::make_unique<connection_group>(home.loop, options, stats);
            server_ = std::make_unique<http::server>(home.loop, o, [this](const http::exchange_ptr& e) {
                auto p = std::make_unique<peer>(*this);
                p->link = connection::accept(*group_, *e, *p);
                if (p->link) {
                    on_accept(*p);
                    peers.push_back(std::move(p));
                }
            });
            const auto opened = server_->listen();
            ASSERT_TRUE(opened) << opened.error().detail;
            port = server_->ports().front();
        });
    }
    void on_message(peer& p, std::string_view payload, bool is_text)
    {
        ++messages;
        const auto link = p.link;
        if (payload == "close") {
            link->close(close_code::going_away);
            forget(p);
        } else if (payload == "abort") {
            link->abort();
            forget(p);
        } else {
            link->send(frame::make(is_text ? opcode::text : opcode::binary, {}, payload));
        }
    }
    void forget(peer& p)
    {
        std::erase_if(peers, [&](const auto& other) { return other.get() == &p; });
    }
    [[nodiscard]] connection_stats counted()
    {
        return home.call([this] { return stats; });
    }
    template <class Condition>
    [[nodiscard]] bool eventually(Condition holds)
    {
        for (int i = 0; i < 1000; ++i) {
            if (home.call(holds))
                return true;
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }

    chatd::testing::loop_thread home;
    connection_options options;
    connection_stats stats;
    std::function<void(peer&)> on_accept = [](peer&) {};
    std::uint16_t port = 0;
    std::vector<std::unique_ptr<peer>> peers; // on the loop's thread
    std::atomic<int> messages{0};
    std::atomic<int> closed{0};
    std::atomic<std::uint16_t> last_code{0};

    std::unique_ptr<connection_group> group_;
    std::unique_ptr<http::server> server_;
};

} // namespace chatd::websocket
