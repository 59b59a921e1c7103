#include <chatd/engineio/id_source.hpp>

#include <cerrno>
#include <cstdint>
#include <string_view>
#include <sys/random.h>
#include <system_error>

namespace chatd::engineio {
namespace {

void fill_random(unsigned char* at, std::size_t size)
{
    while (size > 0) {
        const auto got = ::getrandom(at, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw std::system_error(errno, std::generic_category(), "getrandom");
        at += got;
        size -= static_cast<std::size_t>(got);
    }
}

} // namespace

random_id id_source::next()
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (used_ == pool_.size()) {
        fill_random(pool_.data(), pool_.size());
        used_ = 0;
    }
    random_id id;
    auto* out = id.begin();
    for (const std::size_t end = used_ + bytes_per_id; used_ != end; used_ += 3) {
        const auto bits =
            static_cast<std::uint32_t>(pool_[used_] << 16 | pool_[used_ + 1] << 8 | pool_[used_ + 2]);
        for (int shift = 18; shift >= 0; shift -= 6)
            *out++ = alphabet[bits >> shift & 63];
    }
    return id;
}

} // namespace chatd::engineio
