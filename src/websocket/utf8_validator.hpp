#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace chatd::websocket {

/// Checks UTF-8 (RFC 3629) that comes in pieces which may cut a character. Fails at the first byte that
/// cannot be right. The states are those of the WHATWG decoder: how many bytes follow, and the range of the
/// next one.
class utf8_validator {
  public:
    /// False when the bytes so far cannot begin valid text.
    [[nodiscard]] bool feed(std::string_view bytes) noexcept
    {
        const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
        const auto* end = at + bytes.size();
        while (at != end) {
            if (needed_ == 0)
                at = skip_ascii(at, end);
            if (at != end && !step(*at++))
                return false;
        }
        return true;
    }
    /// True when no character is cut.
    [[nodiscard]] bool complete() const noexcept { return needed_ == 0; }

  private:
    static const unsigned char* skip_ascii(const unsigned char* at, const unsigned char* end) noexcept
    {
        constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
        while (static_cast<std::size_t>(end - at) >= sizeof(std::uint64_t)) {
            std::uint64_t word = 0;
            std::memcpy(&word, at, sizeof word);
            if ((word & high_bits) != 0)
                break;
            at += sizeof word;
        }
        while (at != end && *at < 0x80)
            ++at;
        return at;
    }

    bool step(unsigned char c) noexcept
    {
        if (needed_ == 0)
            return lead(c);
        if (c < lower_ || c > upper_)
            return false;
        lower_ = 0x80;
        upper_ = 0xbf;
        --needed_;
        return true;
    }

    bool lead(unsigned char c) noexcept
    {
        lower_ = 0x80;
        upper_ = 0xbf;
        if (c >= 0xc2 && c <= 0xdf) {
            needed_ = 1;
        } else if (c >= 0xe0 && c <= 0xef) {
            needed_ = 2;
            if (c == 0xe0)
                lower_ = 0xa0; // overlong
            if (c == 0xed)
                upper_ = 0x9f; // surrogates
        } else if (c >= 0xf0 && c <= 0xf4) {
            needed_ = 3;
            if (c == 0xf0)
                lower_ = 0x90; // overlong
            if (c == 0xf4)
                upper_ = 0x8f; // above U+10FFFF
        } else {
            return c < 0x80;
        }
        return true;
    }

    std::uint8_t needed_ = 0;
    std::uint8_t lower_ = 0x80;
    std::uint8_t upper_ = 0xbf;
};

} // namespace chatd::websocket
