#include <chatd/base/ids.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <sys/random.h>
#include <system_error>

namespace chatd {
namespace {

/// Random bytes of the kernel, fetched in larger portions: one system call serves 512 ids.
std::uint64_t random_bits()
{
    thread_local std::array<std::uint64_t, 512> pool;
    thread_local std::size_t used = pool.size();
    if (used == pool.size()) {
        auto* at = reinterpret_cast<char*>(pool.data());
        for (std::size_t got = 0; got < sizeof(pool);) {
            const auto n = getrandom(at + got, sizeof(pool) - got, 0);
            if (n < 0 && errno != EINTR)
                throw std::system_error(errno, std::generic_category(), "getrandom");
            got += n > 0 ? static_cast<std::size_t>(n) : 0;
        }
        used = 0;
    }
    return pool[used++];
}

/// Milliseconds and a 12 bit counter in one ascending number (RFC 9562 section 6.2, method 1); a full counter
/// borrows from the next millisecond.
std::uint64_t next_tick(timestamp now) noexcept
{
    static std::atomic<std::uint64_t> last{0};
    const auto wanted = static_cast<std::uint64_t>(to_millis(now)) << 12;
    std::uint64_t seen = last.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do
        next = std::max(wanted, seen + 1);
    while (!last.compare_exchange_weak(seen, next, std::memory_order_relaxed));
    return next;
}

} // namespace

std::string make_uuid7(timestamp now)
{
    const std::uint64_t tick = next_tick(now);
    const std::uint64_t high = (tick >> 12) << 16 | 0x7000 | (tick & 0xfff);
    const std::uint64_t low = (random_bits() & 0x3fff'ffff'ffff'ffff) | 0x8000'0000'0000'0000;

    constexpr std::string_view digits = "0123456789abcdef";
    std::string id(36, '-');
    std::size_t at = 0;
    for (int nibble = 0; nibble < 32; ++nibble) {
        if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20)
            ++at;
        const std::uint64_t half = nibble < 16 ? high : low;
        id[at++] = digits[half >> (60 - 4 * (nibble % 16)) & 0xf];
    }
    return id;
}

bool is_valid_id(std::string_view id) noexcept
{
    return !id.empty() && id.size() <= max_id_bytes && std::all_of(id.begin(), id.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\\';
    });
}

} // namespace chatd
