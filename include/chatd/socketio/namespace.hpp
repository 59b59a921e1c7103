#pragma once

#include <chatd/socketio/adapter.hpp>
#include <chatd/socketio/broadcast.hpp>
#include <chatd/socketio/connect_request.hpp>
#include <chatd/socketio/event.hpp>
#include <chatd/socketio/socket.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace chatd::socketio {

/// A communication channel with its own sockets, rooms and handlers ("namespace" is a keyword). Owned by the
/// server. I/O thread only.
class name_space {
  public:
    using middleware = std::function<void(std::shared_ptr<connect_request>)>;
    using connect_handler = std::function<void(socket&)>;
    using disconnect_handler = std::function<void(socket&, disconnect_reason)>;
    using event_handler = std::function<void(socket&, event)>;
    using socket_visitor = std::function<void(socket&)>;

    name_space(const name_space&) = delete;
    name_space& operator=(const name_space&) = delete;
    ~name_space();

    [[nodiscard]] std::string_view name() const noexcept;

    /// Decides on every CONNECT; without it everyone gets in, with no peer and no rooms.
    void use(middleware m);
    /// After the CONNECT answer is queued and the rooms are joined.
    void on_connect(connect_handler h);
    /// Once per socket, after it has left its rooms; `who` and `data` are still there.
    void on_disconnect(disconnect_handler h);
    /// Every event; views die when the handler returns.
    void on_event(event_handler h);

    [[nodiscard]] socket* find(std::string_view id) const noexcept;
    [[nodiscard]] std::size_t socket_count() const noexcept;
    [[nodiscard]] std::size_t room_count() const noexcept;
    [[nodiscard]] std::size_t room_size(std::string_view room) const noexcept;
    /// The visitor may disconnect sockets and change rooms.
    void for_each(const socket_visitor& f);
    void for_each_in_room(std::string_view room, const socket_visitor& f);

    [[nodiscard]] broadcast to(std::string_view room);
    [[nodiscard]] broadcast all();

    /// What adapters call: the effect on the sockets of this process.
    void emit_local(const selection& to, const emission& what);
    void join_local(const selection& who, std::string_view room);
    void leave_local(const selection& who, std::string_view room);
    void disconnect_local(const selection& who, bool close_transport);

    [[nodiscard]] adapter& messages() noexcept;
    struct state;
    [[nodiscard]] state& impl() noexcept { return *state_; }

  private:
    friend class server;
    explicit name_space(std::unique_ptr<state> s);
    std::unique_ptr<state> state_;
};

} // namespace chatd::socketio
