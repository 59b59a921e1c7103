#pragma once

#include <chatd/async/loop.hpp>
#include <chatd/http/exchange.hpp>
#include <chatd/http/stream.hpp>
#include <chatd/websocket/codec.hpp>
#include <chatd/websocket/frame.hpp>
#include <chatd/websocket/outbox.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::websocket {

struct connection_options {
    std::size_t max_message = 1'000'000; ///< larger: close 1009
    std::size_t send_budget = 1 << 20;   ///< bytes queued and unsent, per connection
    /// A queue that loses no byte for so long ends by reset (a client that answers but does not read).
    std::chrono::milliseconds stall_timeout{30'000};
    /// What a closing handshake may take before the connection is cut.
    std::chrono::milliseconds close_timeout{5'000};
    int kernel_send_buffer = 128 << 10; ///< SO_SNDBUF (Linux doubles it)
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
/// of the turn. Create one per loop; outlives its connections. I/O thread only.
class connection_group {
  public:
    connection_group(async::loop& l, connection_options o, connection_stats& stats);
    ~connection_group();
    connection_group(const connection_group&) = delete;
    connection_group& operator=(const connection_group&) = delete;

  private:
    friend class connection;
    using hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
    using list = boost::intrusive::list<connection, boost::intrusive::base_hook<hook>,
                                        boost::intrusive::constant_time_size<false>>;
    static constexpr std::size_t scratch_size = 64 << 10;

    void mark_dirty(connection& c);
    void flush_all() noexcept;
    void watch(connection& c, std::chrono::milliseconds at_most);
    void check_watched() noexcept;
    void arm_timer();

    async::loop& loop_;
    connection_options options_;
    connection_stats& stats_;
    std::unique_ptr<char[]> scratch_;
    list dirty_;   // have frames for the flush of this turn
    list watched_; // wait for the peer to read or to close, each with a deadline
    boost::asio::steady_timer timer_;
    bool flush_posted_ = false;
    bool timer_armed_ = false;
    std::shared_ptr<connection_group*> self_; // null inside once the group has gone, for what was posted
};

/// Server side of RFC 6455 on a readiness-based stream: own frame codec, queue of shared frames, one gathered
/// write per turn of the loop, no buffer while idle. Control frames (ping, close) are answered here. I/O
/// thread only.
class connection final : public std::enable_shared_from_this<connection>,
                         public connection_group::hook,
                         private http::poller::watcher {
    struct key {};

  public:
    /// Answers the upgrade request of `e` with 101 (or with 400/426 and returns null when the handshake is
    /// invalid) and takes its stream over. `owner` must stay valid until on_closed(), close() or abort().
    /// Reading starts with the next turn of the loop, so the first frames may be sent before.
    [[nodiscard]] static std::shared_ptr<connection> accept(connection_group& g, http::exchange& e,
                                                            connection_owner& owner);
    connection(key, connection_group& g, std::unique_ptr<http::stream> s, connection_owner& owner);
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
    [[nodiscard]] std::size_t queued_bytes() const noexcept { return outbox_.bytes(); }
    [[nodiscard]] bool is_open() const noexcept { return phase_ == phase::open; }

  private:
    friend class connection_group;
    using steady = std::chrono::steady_clock;
    enum class phase : std::uint8_t {
        open,
        doomed,    ///< broken or over its budget: reset by the flush of this turn, which tells the owner
        closing,   ///< our close frame is queued
        lingering, ///< all is sent, the peer's end is awaited
        dead       ///< the socket is closed
    };

    void on_readable() noexcept override;
    void on_writable() noexcept override;
    void on_hangup() noexcept override;

    [[nodiscard]] std::size_t load() const noexcept;
    [[nodiscard]] bool make_room(std::size_t bytes);
    void enqueue(frame_ptr f);
    void doom() noexcept;
    void take(std::span<char> bytes);
    [[nodiscard]] bool handle(const event& e);
    void flush() noexcept;
    [[nodiscard]] bool write_out() noexcept;
    void await_reader(bool has_moved);
    void end_of_output() noexcept;
    void begin_close(std::uint16_t code);
    void tell_owner(std::uint16_t code) noexcept;
    void lose() noexcept;
    void drop(bool by_reset) noexcept;
    void overdue() noexcept;

    connection_group& group_;
    std::unique_ptr<http::stream> stream_;
    connection_owner* owner_;
    codec codec_;
    outbox outbox_;
    std::shared_ptr<connection> keep_alive_; // while closing, when no owner holds it
    steady::time_point deadline_{};          // as long as the group watches it
    phase phase_ = phase::open;
    bool blocked_ = false;    // the kernel takes nothing: waiting for writability
    bool peer_ended_ = false; // it sends nothing more, but still gets our close frame
};

} // namespace chatd::websocket
