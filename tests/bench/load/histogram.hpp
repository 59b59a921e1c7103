#pragma once

#include "clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace load {

/// Counts latencies in log-linear buckets: 64 per power of two, so a quantile is at most 1.6 % off.
class histogram {
  public:
    void record(nanoseconds latency);

    /// Upper end of the bucket in which the quantile lies; 0 when nothing was recorded. Requires: 0 ≤ q ≤ 1.
    nanoseconds quantile(double q) const;

    nanoseconds max() const { return nanoseconds(max_); }
    std::uint64_t count() const { return count_; }
    void clear() { *this = {}; }

  private:
    static constexpr unsigned sub_bits = 6;
    static constexpr std::size_t buckets = (64 - sub_bits + 1) << sub_bits;

    static std::size_t bucket_of(std::uint64_t value);
    static std::uint64_t upper_end(std::size_t bucket);

    std::array<std::uint64_t, buckets> counts_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

} // namespace load
