#pragma once

#include <chatd/async/loop.hpp>
#include <chatd/http/exchange.hpp>
#include <chatd/websocket/frame.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace chatd::websocket {

struct connection_options {
    std::size_t max_message = 1'000'000; ///< larger: close 1009
    std::size_t send_budget = 1 << 20;   ///< bytes queued and unsent, per connection
};

/// Counters of all connections of a process; owned by the caller.
struct connection_stats {
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t frames_in = 0;
    std::uint64_t frames_out = 0;
    std::uint64_t dropped_volatile = 0;
    std::uint64_t closed_slow = 0;
};

class connection;

/// What a connection tells its owner. Calls come on the I/O thread, never from inside a call into the
/// connection.
class connection_owner {
  public:
    /// A complete message; the view dies with the call. Text is valid UTF-8.
    virtual void on_message(std::string_view payload, bool is_text) noexcept = 0;
    /// The connection is over (peer's close, error, protocol violation, send budget). Last call; at most
    /// once, and not after close() or abort() by the owner.
    virtual void on_closed(std::uint16_t close_code) noexcept = 0;

  protected:
    ~connection_owner() = default;
};

/// Shared by all connections of one loop: scratch read buffer and the list of connections to flush at the end
/// of the turn. Create one per loop; outlives its connections.
class connection_group {
  public:
    connection_group(async::loop& l, connection_options o, connection_stats& stats);
    ~connection_group();
    struct state;
    [[nodiscard]] state& impl() noexcept { return *state_; }

  private:
    std::unique_ptr<state> state_;
};

/// Server side of RFC 6455 on a readiness-based stream: own frame codec, queue of shared frames, one gathered
/// write per turn of the loop, no buffer while idle. Control frames (ping, close) are answered here. I/O
/// thread only.
class connection : public std::enable_shared_from_this<connection> {
  public:
    /// Answers the upgrade request of `e` with 101 (or with 400/426 and returns null when the handshake is
    /// invalid) and takes its stream over. `owner` must stay valid until on_closed(), close() or abort().
    /// Reading starts with the next turn of the loop, so the first frames may be sent before.
    [[nodiscard]] static std::shared_ptr<connection> accept(connection_group& g, http::exchange& e,
                                                            connection_owner& owner);
    ~connection();

    /// Queues a frame. Above the send budget the connection is reset and the owner told (on a later turn).
    void send(frame_ptr f);
    /// Like send(), but drops the frame when more than a quarter of the budget is queued. False: dropped.
    bool send_volatile(frame_ptr f);
    /// Sends what is queued, then a close frame, then closes; the owner hears nothing more.
    void close(std::uint16_t code);
    /// Closes with TCP reset; the owner hears nothing more.
    void abort() noexcept;
    /// Bytes queued here and not yet taken by the kernel.
    [[nodiscard]] std::size_t queued_bytes() const noexcept;
    [[nodiscard]] bool is_open() const noexcept;

  private:
    friend struct connection_group::state;
    struct impl;
    explicit connection(std::unique_ptr<impl> i);
    std::unique_ptr<impl> impl_;
};

} // namespace chatd::websocket
