#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace load {

void histogram::record(nanoseconds latency)
{
    const auto value = static_cast<std::uint64_t>(std::max<nanoseconds::rep>(latency.count(), 0));
    ++counts_[bucket_of(value)];
    ++count_;
    max_ = std::max(max_, value);
}

nanoseconds histogram::quantile(double q) const
{
    const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
        seen += counts_[bucket];
        if (seen >= rank && seen > 0)
            return nanoseconds(std::min(upper_end(bucket), max_));
    }
    return nanoseconds(0);
}

std::size_t histogram::bucket_of(std::uint64_t value)
{
    const auto width = static_cast<unsigned>(std::bit_width(value));
    if (width <= sub_bits)
        return value;
    const unsigned shift = width - sub_bits - 1;
    const std::uint64_t mantissa = (value >> shift) - (1u << sub_bits);
    return ((std::size_t{shift} + 1) << sub_bits) + mantissa;
}

std::uint64_t histogram::upper_end(std::size_t bucket)
{
    if (bucket < (1u << sub_bits))
        return bucket;
    const std::size_t shift = (bucket >> sub_bits) - 1;
    const std::uint64_t mantissa = (bucket & ((1u << sub_bits) - 1)) + (1u << sub_bits);
    return ((mantissa + 1) << shift) - 1;
}

} // namespace load
