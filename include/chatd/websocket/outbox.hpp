#pragma once

#include <chatd/websocket/frame.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sys/uio.h>

namespace chatd::websocket {

/// Frames on their way to one socket: a ring that starts with room for a few inside the object, grows on the
/// heap and gives that back when it runs empty.
class outbox {
  public:
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t frames() const noexcept { return count_; }
    /// Unsent bytes.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    void push(frame_ptr f);
    /// Describes the next unsent bytes for a gathered write; returns how many entries were filled.
    [[nodiscard]] std::size_t gather(std::span<iovec> into) const noexcept;
    /// Drops the first `n` bytes; returns the number of frames that ended.
    std::size_t consume(std::size_t n) noexcept;
    void clear() noexcept;

  private:
    static constexpr std::uint32_t inline_slots = 4;

    [[nodiscard]] frame_ptr& slot(std::uint32_t i) noexcept;
    [[nodiscard]] const frame_ptr& slot(std::uint32_t i) const noexcept;
    void grow();
    void release_if_empty() noexcept;

    std::array<frame_ptr, inline_slots> own_;
    std::unique_ptr<frame_ptr[]> heap_;     // instead of own_ once grown
    std::uint32_t capacity_ = inline_slots; // a power of two
    std::uint32_t head_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t sent_ = 0; // bytes of the first frame
    std::size_t bytes_ = 0;
};

} // namespace chatd::websocket
