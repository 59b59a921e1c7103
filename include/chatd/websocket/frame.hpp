#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstddef>
#include <cstdint>
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
    /// Bytes that are no frame but leave in the same queue: the answer to the handshake.
    [[nodiscard]] static boost::intrusive_ptr<const frame> make_raw(std::string_view bytes);

    [[nodiscard]] std::string_view bytes() const noexcept { return {data(), size_}; }
    [[nodiscard]] std::string_view payload() const noexcept { return bytes().substr(header_size_); }
    [[nodiscard]] bool is_text() const noexcept { return (data()[0] & 0x0f) == 1; }

    void operator delete(void* block) noexcept { ::operator delete(block); }

  private:
    frame(std::size_t size, std::uint8_t header_size) noexcept : size_(size), header_size_(header_size) {}
    [[nodiscard]] static frame* allocate(std::size_t size, std::uint8_t header_size);

    // The bytes follow the object in the same block.
    [[nodiscard]] const char* data() const noexcept { return reinterpret_cast<const char*>(this + 1); }
    [[nodiscard]] char* data() noexcept { return reinterpret_cast<char*>(this + 1); }

    std::size_t size_;
    std::uint8_t header_size_;
};

using frame_ptr = boost::intrusive_ptr<const frame>;

} // namespace chatd::websocket
