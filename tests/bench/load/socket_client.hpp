#pragma once

#include "stream.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace load {

/// Appends one client-to-server text frame. The mask key is zero, which RFC 6455 allows and costs nothing.
void append_frame(std::string& out, std::string_view payload);

/// A Socket.IO 5 client over Engine.IO 4 and WebSocket: upgrade, open, CONNECT to `/`, heartbeat.
class socket_client : public stream {
  public:
    enum class state { idle, upgrading, opening, joining, ready, lost };

    socket_client(event_loop& loop, target to, std::string token);

    /// Starts the way to `ready`. After a loss a `pid` from before is offered for recovery, as stock clients
    /// do.
    void start(const socket_settings& settings = {});

    /// Queues one Socket.IO packet without the Engine.IO type, e.g. `2["hello"]`.
    void send_packet(std::string_view packet);

    /// Leaves in good order: DISCONNECT, close frame, FIN.
    void leave();

    /// Drops the connection; start() may follow.
    void drop();

    void use_token(std::string token) { token_ = std::move(token); }

    /// Follows the offsets of events, needed only where the client will come back.
    void track_offsets() { tracks_offsets_ = true; }

    state where() const { return state_; }
    bool is_ready() const { return state_ == state::ready; }
    bool was_recovered() const { return recovered_; }

    /// Why the connection was lost; empty when the server just closed it.
    const std::string& failure() const { return failure_; }

  protected:
    virtual void on_connected() {}

    /// A Socket.IO packet without the Engine.IO type.
    virtual void on_packet(std::string_view) {}

    /// The connection ended without leave() or drop().
    virtual void on_end() {}

  private:
    std::size_t on_bytes(std::string_view bytes) final;
    void on_lost() final;

    std::size_t take_upgrade(std::string_view bytes);
    bool take_message(std::string_view text);
    bool take_connect(std::string_view packet);
    void note_offset(std::string_view packet);
    bool fail(std::string_view reason);

    target to_;
    std::string token_;
    std::string sid_, pid_, offset_;
    std::string failure_;
    state state_ = state::idle;
    bool tracks_offsets_ = false;
    bool recovered_ = false;
};

} // namespace load
