#pragma once

#include <chatd/websocket/frame.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::socketio {

/// Socket.IO packet types (docs/socket.io-protocol "Packet types").
enum class packet_type : std::uint8_t {
    connect,
    disconnect,
    event,
    ack,
    connect_error,
    binary_event,
    binary_ack
};

/// One decoded packet. Views point into the text it was parsed from or into its own buffers; kept and reused,
/// so that parsing allocates nothing in the long run.
struct packet {
    packet_type type = packet_type::event;
    std::uint32_t attachments = 0;          ///< binary messages that follow
    std::string_view nsp;                   ///< "/" when not written
    std::string_view query;                 ///< of a version 3 CONNECT: behind the '?' of the namespace
    std::optional<std::uint64_t> id;        ///< of the ack
    std::string_view data;                  ///< compact JSON, empty when absent
    std::string_view name;                  ///< of an event, decoded
    std::string_view args_json;             ///< the arguments of an event or ack, separated by commas
    std::span<const std::string_view> args; ///< the same one by one

    std::vector<std::string_view> elements; ///< buffer of `args`
    std::string name_buffer;
    std::string compact_buffer;
};

struct packet_limits {
    int protocol = 5; ///< Socket.IO protocol: 5, or 4 for Engine.IO 3 clients
    std::size_t max_attachments = 64;
};

/// Parses the text of one packet (valid UTF-8). False when it breaks the protocol; `out` is then undefined.
[[nodiscard]] bool parse_packet(std::string_view text, const packet_limits& limits, packet& out);

/// A packet as it is sent: shared by all its receivers.
struct encoded_packet {
    websocket::frame_ptr head;
    std::vector<websocket::frame_ptr> attachments;

    [[nodiscard]] std::size_t bytes() const noexcept;
};

/// What a packet of the server consists of.
struct outgoing {
    packet_type type = packet_type::event;
    std::string_view nsp = "/";
    std::optional<std::uint64_t> id;
    std::string_view name;      ///< of an event
    std::string_view args_json; ///< of an event or ack; of the other types the whole payload
    std::string_view offset;    ///< of the recovery, as an additional last argument; empty: none
    std::span<const std::string_view> attachments;
};

/// Event and ack become their binary types when there are attachments.
[[nodiscard]] encoded_packet encode_packet(const outgoing& p);

} // namespace chatd::socketio
