#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace chatd::websocket {

enum class opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// One complete unmasked server frame (RFC 6455 section 5.2), header and payload in one block, encoded once
/// and shared by all its recipients. Immutable. The count is not atomic: I/O thread only.
class frame : public boost::intrusive_ref_counter<frame, boost::thread_unsafe_counter> {
  public:
    /// `prefix` + `payload` become the payload (the prefix saves a copy for Engine.IO's packet type).
    [[nodiscard]] static boost::intrusive_ptr<const frame> make(opcode op, std::string_view prefix,
                                                                std::string_view payload);

    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::string_view payload() const noexcept
    {
        return std::string_view(bytes_).substr(header_size_);
    }
    [[nodiscard]] bool is_text() const noexcept { return (bytes_[0] & 0x0f) == 1; }

  private:
    std::string bytes_;
    std::uint8_t header_size_ = 0;
};

using frame_ptr = boost::intrusive_ptr<const frame>;

} // namespace chatd::websocket
