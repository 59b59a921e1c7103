#pragma once

#include <chatd/engineio/server.hpp>
#include <chatd/socketio/namespace.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace chatd::socketio {

/// Connection state recovery (contract section 9): in memory, bounded by time and bytes.
struct recovery_options {
    bool enabled = false;
    std::chrono::milliseconds window{120'000};
    std::size_t max_bytes = 64 << 20;            ///< of the packets kept, per namespace
    std::chrono::milliseconds replay_delay{300}; ///< replayed packets are held that long after CONNECT
};

struct server_options {
    std::chrono::milliseconds connect_timeout{45'000}; ///< without CONNECT the transport is closed
    recovery_options recovery;
    /// Makes the private id that a client recovers with; empty: a random one.
    std::function<std::string(const socket&)> issue_pid;
    /// A socket above this rate for 10 s has its transport closed; 0: no limit.
    std::size_t max_packets_per_second = 0;
    /// Binary attachments of one packet; their bytes together are bound by Engine.IO's max_payload.
    std::size_t max_attachments = 64;
    /// Where broadcasts go; empty: to this process only.
    std::unique_ptr<adapter> messages;
};

struct event_counters {
    std::uint64_t in = 0;
    std::uint64_t out = 0; ///< deliveries, one per receiving socket
};

struct server_stats {
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
    std::uint64_t connects = 0;
    std::uint64_t connect_errors = 0;
    std::uint64_t recovered = 0;
    std::uint64_t recovery_failed = 0; ///< came with a pid and became a new socket
    std::uint64_t replayed_packets = 0;
    std::uint64_t parse_errors = 0;
    std::uint64_t floods = 0;
    std::uint64_t dropped_volatile = 0;
    std::size_t recovery_log_bytes = 0;
    std::size_t recovery_log_packets = 0;
    /// By event name; names beyond the first 256 are counted under "other".
    std::map<std::string, event_counters, std::less<>> events;
};

/// Socket.IO protocol 5 (and 4 for Engine.IO 3 clients) on an Engine.IO server. I/O thread only.
class server {
  public:
    /// `engine` outlives the server, which takes its on_open.
    server(engineio::server& engine, server_options o);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// The namespace of that name ("/", "/custom"), made when new. Lives as long as the server.
    name_space& of(std::string_view name);

    /// Closes the transports, not the namespaces: clients come back by themselves. Handlers hear
    /// `server_shutting_down`.
    void close();

    [[nodiscard]] const server_stats& stats() const;
    struct state;

  private:
    std::unique_ptr<state> state_;
};

} // namespace chatd::socketio
