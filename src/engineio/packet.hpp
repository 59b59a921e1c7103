#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chatd::engineio {

/// Engine.IO packet types; the text form of a packet begins with the digit.
enum class packet_type : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

/// A decoded packet; `data` is what follows the type and points into the input.
struct packet {
    packet_type type = packet_type::noop;
    bool is_text = true;
    std::string_view data;
};

/// How a session writes its packets: version and, for version 3, the base64 flag of the handshake.
struct dialect {
    int version = 4;
    bool base64 = false;
};

/// Decodes one text packet that is not base64. Empty when it is not one.
[[nodiscard]] std::optional<packet> decode_text(std::string_view text) noexcept;

/// Decodes one WebSocket message. `scratch` receives decoded base64 that the packet may point to.
[[nodiscard]] std::optional<packet> decode_message(dialect d, std::string_view bytes, bool is_text,
                                                   std::string& scratch);

} // namespace chatd::engineio
