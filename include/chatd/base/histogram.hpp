#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace chatd {

/// Latency histogram with fixed bounds, for metrics. Not thread-safe: owned by the thread that observes.
class histogram {
  public:
    /// Upper bounds in seconds; the last bucket is +Inf.
    static constexpr std::array<double, 12> bounds{0.0005, 0.001, 0.002, 0.005, 0.01, 0.025,
                                                   0.05,   0.1,   0.25,  0.5,   1,    5};

    void observe(double seconds) noexcept
    {
        const auto at = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
        ++counts_[static_cast<std::size_t>(at)];
        sum_ += seconds;
        ++total_;
    }

    [[nodiscard]] const std::array<std::uint64_t, bounds.size() + 1>& counts() const noexcept
    {
        return counts_;
    }
    [[nodiscard]] double sum() const noexcept { return sum_; }
    [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

  private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    double sum_ = 0;
    std::uint64_t total_ = 0;
};

} // namespace chatd
