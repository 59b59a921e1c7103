#include "crowd.hpp"

#include <algorithm>

namespace load {

void connect_all(event_loop& loop, std::size_t count, std::size_t at_once,
                 std::function<void(std::size_t)> start, std::function<bool(std::size_t)> is_ready,
                 nanoseconds patience)
{
    std::vector<std::size_t> under_way;
    std::size_t next = 0;
    const bool done = loop.run_until(now() + patience, [&] {
        std::erase_if(under_way, is_ready);
        while (next < count && under_way.size() < at_once) {
            start(next);
            under_way.push_back(next++);
        }
        return next == count && under_way.empty();
    });
    if (!done)
        throw std::runtime_error(std::to_string(count - next + under_way.size()) + " of " +
                                 std::to_string(count) + " connections did not come up");
}

void idle_for(event_loop& loop, nanoseconds span)
{
    loop.run_until(now() + span, [] { return false; });
}

} // namespace load
