#pragma once

#include "support/loop_thread.hpp"
#include "support/raw_client.hpp"

#include <chatd/http/server.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace chatd::http {

using namespace std::chrono_literals;
using chatd::testing::raw_client;

/// A server whose handler answers `/echo` with the request as it saw it and keeps the exchanges of `/wait`
/// until the test answers them.
class http_server : public ::testing::Test {
  protected:
    http_server()
    {
        options.listeners.push_back({});
        options.header_timeout = 5s;
        options.body_timeout = 5s;
        options.idle_timeout = 5s;
    }
    ~http_server() override
    {
        home.call([this] {
            waiting.clear();
            server_.reset();
        });
        home.stop();
    }

    void start()
    {
        home.call([this] {
            server_ = std::make_unique<server>(home.loop, options,
                                               [this](exchange_ptr e) { handle(std::move(e)); });
            const auto opened = server_->listen();
            ASSERT_TRUE(opened) << opened.error().detail;
            port = server_->ports().front();
        });
    }
    [[nodiscard]] server_stats stats()
    {
        return home.call([this] { return server_->stats(); });
    }
    /// Waits until the handler has seen this many requests.
    void await_requests(int n) const
    {
        for (int i = 0; i < 1000 && requests < n; ++i)
            std::this_thread::sleep_for(5ms);
        ASSERT_GE(requests, n);
    }
    void await_connections(std::size_t n)
    {
        for (int i = 0; i < 1000 && stats().open_connections != n; ++i)
            std::this_thread::sleep_for(5ms);
        ASSERT_EQ(stats().open_connections, n);
    }

    chatd::testing::loop_thread home;
    server_options options;
    std::uint16_t port = 0;
    std::vector<exchange_ptr> waiting; // on the loop's thread
    std::atomic<int> requests{0};
    std::atomic<int> aborts{0};
    std::string large = std::string(4 << 20, 'L');

    std::unique_ptr<server> server_;

  private:
    void handle(exchange_ptr e)
    {
        const auto path = std::string(e->req().path);
        if (path == "/wait" || path == "/watched") {
            if (path == "/watched")
                e->on_abort([this] { ++aborts; });
            waiting.push_back(e);
        } else if (path == "/drop") {
            e.reset();
        } else if (path == "/cut") {
            e->abort();
        } else if (path == "/throw") {
            ++requests;
            throw std::runtime_error("handler");
        } else if (path == "/large") {
            e->respond(text_response(200, large));
        } else if (path == "/static") {
            response r;
            r.static_body = large;
            e->respond(std::move(r));
        } else if (path == "/204") {
            response r;
            r.status = 204;
            e->respond(std::move(r));
        } else if (path == "/inject") {
            auto r = text_response(200, "x");
            r.set("X-Echo", "a\r\nSet-Cookie: b");
            e->respond(std::move(r));
        } else {
            const auto& r = e->req();
            e->respond(text_response(200, r.verb_text + ' ' + r.target + ' ' + r.client + ' ' +
                                              (r.secure ? "https " : "http ") + r.id + ' ' + r.body));
        }
        ++requests;
    }
};

} // namespace chatd::http
