#pragma once

#include <chatd/websocket/frame.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace chatd::engineio {

enum class transport_kind : std::uint8_t { polling, websocket };

/// Why a session ended, as its user hears it.
enum class close_reason : std::uint8_t {
    transport_closed, ///< the client closed or went away
    transport_error,  ///< it broke the protocol, or the connection failed
    ping_timeout,     ///< it was silent for too long
    forced,           ///< close() or abort() of the session
    shutting_down,    ///< close() of the server
};

/// The layer above a session, owned by it. Calls come on the I/O thread.
class session_user {
  public:
    virtual ~session_user() = default;
    /// The data of a message packet, without its type; the view dies with the call. Text is valid UTF-8.
    virtual void on_message(std::string_view payload, bool is_text) noexcept = 0;
    /// The session is over; the last call, exactly once. The session refuses sends from here on.
    virtual void on_close(close_reason why) noexcept = 0;
};

/// One Engine.IO session: what stays the same while its transport moves from polling to WebSocket. Shared by
/// the server's table and whoever waits for something on its behalf. I/O thread only.
class session : public std::enable_shared_from_this<session> {
  public:
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    virtual ~session() = default;

    /// 20 characters of base64url, not guessable.
    [[nodiscard]] virtual std::string_view id() const noexcept = 0;
    /// 4 or 3.
    [[nodiscard]] virtual int protocol() const noexcept = 0;
    [[nodiscard]] virtual transport_kind transport() const noexcept = 0;
    [[nodiscard]] virtual bool is_open() const noexcept = 0;

    /// Queues one message: a text frame whose payload begins with the packet type `4`, or a binary frame of
    /// raw bytes. The same frame may go to any number of sessions of either version. Nothing happens on a
    /// closed session; above the send budget the session is cut.
    virtual void send(websocket::frame_ptr message) = 0;
    /// Like send(), but drops the message when the transport is not ready to take it. False: dropped.
    virtual bool send_volatile(websocket::frame_ptr message) = 0;
    /// Flushes what is queued and closes the transport. The user hears on_close(forced) from inside the call.
    virtual void close() = 0;
    /// Cuts the transport without flushing. The user hears on_close(forced) from inside the call.
    virtual void abort() = 0;

  protected:
    session() = default;
};

} // namespace chatd::engineio
