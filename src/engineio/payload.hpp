#pragma once

#include "packet.hpp"

#include <chatd/websocket/frame.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace chatd::engineio {

/// Takes the packets out of a POST body one by one (engine.io-protocol "Packet encoding", version 3
/// "Payload").
class payload_reader {
  public:
    /// `body` outlives the reader. `binary_framing`: version 3 sent as application/octet-stream.
    payload_reader(dialect d, std::string_view body, bool binary_framing) noexcept
        : dialect_(d), rest_(body), binary_framing_(binary_framing)
    {
    }

    /// The next packet, valid until the next call; empty at the end and on an error.
    [[nodiscard]] std::optional<packet> next();
    /// Was the end reached because the body is broken?
    [[nodiscard]] bool failed() const noexcept { return failed_; }

  private:
    std::optional<packet> next_v4();
    std::optional<packet> next_v3_text();
    std::optional<packet> next_v3_binary();

    dialect dialect_;
    std::string_view rest_;
    bool binary_framing_;
    bool started_ = false;
    bool done_ = false;
    bool failed_ = false;
    std::string scratch_;
};

/// The body of a poll's answer.
struct payload {
    std::string body;
    bool binary = false; ///< application/octet-stream, otherwise text
};

/// Joins messages (as given to session::send()) and control packets into one body.
[[nodiscard]] payload encode_payload(dialect d, std::span<const websocket::frame_ptr> packets);

/// Length as JavaScript counts it. Requires: valid UTF-8.
[[nodiscard]] std::size_t count_utf16(std::string_view utf8) noexcept;

} // namespace chatd::engineio
