#pragma once

#include "packet.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::socketio {

/// The packets of a namespace that a client may have missed, in order, each with an index per room, so that a
/// replay costs what it replays. Bounded by age and bytes; the oldest go first. Positions count from 1.
class recovery_log {
  public:
    using time = std::chrono::steady_clock::time_point;

    recovery_log(std::chrono::milliseconds window, std::size_t max_bytes) noexcept
        : window_(window), max_bytes_(max_bytes)
    {
    }

    /// Of the newest packet; 0 when there never was one.
    [[nodiscard]] std::uint64_t last() const noexcept { return first_ + entries_.size() - 1; }
    /// Everything behind this position is still here.
    [[nodiscard]] std::uint64_t complete_since() const noexcept { return first_ - 1; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    /// Keeps the packet of position last() + 1. `rooms`: whom it went to, empty for everyone.
    void append(std::span<const std::string> rooms, std::span<const std::string> except, encoded_packet p,
                time now);
    /// The packets behind `since` that went to one of `rooms` or to everyone, without those that excepted one
    /// of `rooms`; in order.
    struct missed {
        std::uint64_t position;
        const encoded_packet* packet;
    };
    [[nodiscard]] std::vector<missed> replay(std::span<const std::string_view> rooms,
                                             std::uint64_t since) const;
    /// Drops what is too old.
    void prune(time now) noexcept;

    /// Positions as clients see them: opaque text, never empty.
    [[nodiscard]] static std::string to_offset(std::uint64_t position);
    [[nodiscard]] static std::optional<std::uint64_t> from_offset(std::string_view offset) noexcept;

  private:
    /// Positions of one room's packets, ascending; a queue whose dead front is cut off now and then.
    struct trail {
        std::vector<std::uint64_t> positions;
        std::size_t front = 0;

        void push(std::uint64_t position) { positions.push_back(position); }
        void pop() noexcept;
        [[nodiscard]] bool empty() const noexcept { return front == positions.size(); }
        [[nodiscard]] std::span<const std::uint64_t> behind(std::uint64_t position) const noexcept;
    };
    struct entry {
        time at;
        encoded_packet packet;
        std::vector<std::string> rooms;
        std::vector<std::string> except;
        std::size_t bytes;
    };
    struct name_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };

    void drop_front() noexcept;

    std::chrono::milliseconds window_;
    std::size_t max_bytes_;
    std::deque<entry> entries_;
    std::uint64_t first_ = 1; ///< position of entries_.front()
    std::size_t bytes_ = 0;
    boost::unordered_flat_map<std::string, trail, name_hash, std::equal_to<>> trails_;
    trail everyone_;
};

} // namespace chatd::socketio
