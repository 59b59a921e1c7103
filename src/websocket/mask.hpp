#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace chatd::websocket {

using mask_key = std::array<char, 4>;

/// XORs `bytes` with the key (RFC 6455 section 5.3); `offset` is the position of the first one in the
/// payload.
inline void unmask(std::span<char> bytes, const mask_key& key, std::size_t offset) noexcept
{
    std::array<char, 8> pattern;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        pattern[i] = key[(offset + i) & 3];
    std::uint64_t wide_key = 0;
    std::memcpy(&wide_key, pattern.data(), sizeof wide_key);

    char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= sizeof wide_key; at += sizeof wide_key, left -= sizeof wide_key) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        word ^= wide_key;
        std::memcpy(at, &word, sizeof word);
    }
    for (std::size_t i = 0; i < left; ++i)
        at[i] = static_cast<char>(at[i] ^ pattern[i]);
}

} // namespace chatd::websocket
