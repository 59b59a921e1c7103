#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chatd::socketio {

/// What the application knows of the one behind a socket; shared by all sockets of a login session. Derive
/// from it.
struct peer {
    virtual ~peer() = default;
    /// Opaque; a session is only recovered for an equal identity, e.g. "user id/session id".
    std::string identity;
};

enum class disconnect_reason : std::uint8_t {
    client_namespace_disconnect,
    server_namespace_disconnect,
    transport_closed,
    transport_error,
    ping_timeout,
    server_shutting_down,
};

/// The texts of stock servers, e.g. "client namespace disconnect", "transport close".
[[nodiscard]] std::string_view to_string(disconnect_reason r) noexcept;

} // namespace chatd::socketio
