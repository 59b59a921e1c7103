#pragma once

#include <chatd/async/loop.hpp>
#include <chatd/async/timer_wheel.hpp>
#include <chatd/engineio/session.hpp>
#include <chatd/http/exchange.hpp>
#include <chatd/websocket/connection.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace chatd::engineio {

/// Heartbeat of the sessions of one listener.
struct heartbeat_options {
    std::chrono::milliseconds interval{25'000};
    std::chrono::milliseconds timeout{20'000};
};

struct server_options {
    heartbeat_options heartbeat;
    /// Listeners (by local port) with a heartbeat of their own.
    std::map<std::uint16_t, heartbeat_options> heartbeat_by_port;
    std::size_t max_payload = 1'000'000;               ///< one message, and one POST body
    std::size_t send_budget = 1 << 20;                 ///< bytes waiting for one client
    std::chrono::milliseconds upgrade_timeout{10'000}; ///< from the WebSocket of a probe to its `5`
    bool allow_version_3 = true;
    /// May a page of this origin open a session? False: 403 (code 4). Empty: every origin may.
    std::function<bool(const http::request&)> allow_origin;
};

/// Counters since the start; the gauges are `polling` and `websocket`.
struct server_stats {
    std::size_t polling = 0;   ///< open sessions on long-polling
    std::size_t websocket = 0; ///< open sessions on WebSocket
    std::uint64_t opened = 0;
    std::uint64_t upgraded = 0;
    std::uint64_t refused = 0; ///< requests answered with an error code
    std::uint64_t ping_timeouts = 0;
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
    std::uint64_t dropped_volatile = 0; ///< while on polling; the rest is counted in `wire`
    std::uint64_t over_budget = 0;      ///< polling sessions cut for what they did not fetch
    websocket::connection_stats wire;
};

/// Engine.IO 4 and 3 over long-polling and WebSocket (docs/engine.io-protocol of socketio/socket.io). Knows
/// no path: the caller routes requests to handle(). I/O thread only.
class server {
  public:
    /// Called for every new session before its first packet is read; `request` is the handshake and dies with
    /// the call. Returning null closes the session at once.
    using open_handler = std::function<std::unique_ptr<session_user>(session&, const http::request&)>;

    /// `timers` outlives the server.
    server(async::loop& l, async::timer_wheel& timers, server_options o);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    void on_open(open_handler f);
    /// Serves one request of the Engine.IO path: handshake, poll, POST, WebSocket.
    void handle(const http::exchange_ptr& e);

    /// From now on new sessions are refused with 503; the open ones live on.
    void stop_accepting();
    /// Closes every session (transport only, so that clients come back); users hear `shutting_down`.
    void close();

    [[nodiscard]] std::size_t session_count() const noexcept;
    [[nodiscard]] const server_stats& stats() const noexcept;
    [[nodiscard]] const server_options& options() const noexcept;
    [[nodiscard]] async::loop& loop() noexcept;
    [[nodiscard]] async::timer_wheel& timers() noexcept;

    struct state;

  private:
    std::unique_ptr<state> state_;
};

} // namespace chatd::engineio
