#pragma once

#include <chatd/socketio/adapter.hpp>
#include <chatd/socketio/namespace.hpp>

namespace chatd::socketio {

/// One process holds all sockets.
class in_process_adapter final : public adapter {
  public:
    void emit(name_space& n, const selection& to, const emission& what) override { n.emit_local(to, what); }
    void join(name_space& n, const selection& who, std::string_view room) override
    {
        n.join_local(who, room);
    }
    void leave(name_space& n, const selection& who, std::string_view room) override
    {
        n.leave_local(who, room);
    }
    void disconnect(name_space& n, const selection& who, bool close_transport) override
    {
        n.disconnect_local(who, close_transport);
    }
};

} // namespace chatd::socketio
