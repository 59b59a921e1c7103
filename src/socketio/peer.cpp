#include <chatd/socketio/peer.hpp>

namespace chatd::socketio {

std::string_view to_string(disconnect_reason r) noexcept
{
    switch (r) {
    case disconnect_reason::client_namespace_disconnect:
        return "client namespace disconnect";
    case disconnect_reason::server_namespace_disconnect:
        return "server namespace disconnect";
    case disconnect_reason::transport_closed:
        return "transport close";
    case disconnect_reason::transport_error:
        return "transport error";
    case disconnect_reason::ping_timeout:
        return "ping timeout";
    case disconnect_reason::server_shutting_down:
        return "server shutting down";
    }
    return "transport close";
}

} // namespace chatd::socketio
