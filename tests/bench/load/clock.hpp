#pragma once

#include <chrono>

namespace load {

using std::chrono::nanoseconds;
using time_point = std::chrono::time_point<std::chrono::steady_clock, nanoseconds>;

inline time_point now()
{
    return std::chrono::steady_clock::now();
}

inline double to_seconds(nanoseconds span)
{
    return std::chrono::duration<double>(span).count();
}

inline nanoseconds from_seconds(double seconds)
{
    return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(seconds));
}

} // namespace load
