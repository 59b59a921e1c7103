#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chatd::websocket {

/// A frame as a client sends it. `first` is the whole first byte (0x81: final text frame).
inline std::string client_frame(unsigned first, std::string_view payload,
                                std::string_view key = "\x11\xfe\x23\x80")
{
    std::string out(1, static_cast<char>(first));
    const auto n = payload.size();
    const unsigned length_bytes = n < 126 ? 0 : n <= 0xffff ? 2 : 8;
    out += static_cast<char>(0x80U | (length_bytes == 0 ? n : length_bytes == 2 ? 126 : 127));
    for (unsigned i = length_bytes; i > 0; --i)
        out += static_cast<char>(static_cast<std::uint64_t>(n) >> (8 * (i - 1)));
    out += key;
    for (std::size_t i = 0; i < n; ++i)
        out += static_cast<char>(payload[i] ^ key[i % 4]);
    return out;
}

inline std::string client_close(std::uint16_t code, std::string_view reason = {})
{
    std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)};
    payload += reason;
    return client_frame(0x88, payload);
}

} // namespace chatd::websocket
