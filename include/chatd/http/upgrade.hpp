#pragma once

#include <chatd/http/request.hpp>

#include <string>
#include <string_view>

namespace chatd::http {

/// True when `token` is an element of the comma-separated `list`, case ignored (RFC 9110 section 5.6.1).
[[nodiscard]] bool has_token(std::string_view list, std::string_view token) noexcept;

/// A WebSocket upgrade request as far as HTTP goes: GET with `Upgrade: websocket` and `Connection: upgrade`.
[[nodiscard]] bool is_websocket_upgrade(const request& r) noexcept;

/// `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455 section 4.2.2); empty when the key is not the
/// base64 form of 16 bytes.
[[nodiscard]] std::string websocket_accept(std::string_view key);

} // namespace chatd::http
