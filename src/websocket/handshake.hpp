#pragma once

#include <chatd/http/exchange.hpp>

#include <optional>
#include <string>

namespace chatd::websocket {

/// What an upgrade request is answered with (RFC 6455 section 4.2): the bytes of the 101, or a refusal (400,
/// or 426 when the request or its version is not WebSocket 13).
struct handshake {
    std::string accepted; ///< empty: see `refused`
    http::response refused;
};

[[nodiscard]] handshake answer_handshake(const http::exchange& e);

} // namespace chatd::websocket
