#pragma once

#include <cstddef>
#include <cstdint>

namespace chatd::socketio {

/// Tells a flood from a burst: more than the permitted rate over a whole window, judged when the window is
/// over, so that silence after a burst forgives it. Time is handed in.
class flood_meter {
  public:
    static constexpr std::uint32_t window = 10; ///< seconds

    /// Counts one packet; true when it ends a window of flood. `now` in seconds.
    [[nodiscard]] bool count(std::uint32_t now, std::size_t per_second) noexcept
    {
        if (now - begin_ < window) {
            ++packets_;
            return false;
        }
        const bool flooded = now - begin_ == window && packets_ > per_second * window;
        begin_ = now;
        packets_ = 1;
        return flooded;
    }

  private:
    std::uint32_t begin_ = 0;
    std::uint32_t packets_ = 0;
};

} // namespace chatd::socketio
