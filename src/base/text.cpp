#include "swar.hpp"

#include <chatd/base/text.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace chatd::text {
namespace {

std::uint8_t byte_at(std::string_view s, std::size_t i) noexcept
{
    return static_cast<std::uint8_t>(s[i]);
}

/// Length of the leading run of ASCII, rounded down to eight bytes.
std::size_t ascii_groups(std::string_view s) noexcept
{
    std::size_t i = 0;
    std::uint64_t group = 0;
    for (; s.size() - i >= 8; i += 8) {
        std::memcpy(&group, s.data() + i, 8);
        if ((group & swar::highs) != 0)
            break;
    }
    return i;
}

bool is_continuation(std::uint8_t b) noexcept
{
    return (b & 0xc0) == 0x80;
}

/// Length of the well-formed multi-byte sequence at the start (Unicode table 3-7); 0: there is none.
std::size_t sequence_length(std::string_view s) noexcept
{
    const std::uint8_t lead = byte_at(s, 0);
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (s.size() < length)
        return 0;
    const std::uint8_t second = byte_at(s, 1);
    const std::uint8_t lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (second < lowest || second > highest)
        return 0;
    for (std::size_t i = 2; i < length; ++i)
        if (!is_continuation(byte_at(s, i)))
            return 0;
    return length;
}

/// White space and line terminators of ECMA-262 beyond ASCII.
constexpr std::array<std::string_view, 19> wide_spaces{
    "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007",
    "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff"};

bool is_ascii_space(char c) noexcept
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::size_t leading_space(std::string_view s) noexcept
{
    if (is_ascii_space(s.front()))
        return 1;
    for (const auto space : wide_spaces)
        if (s.starts_with(space))
            return space.size();
    return 0;
}

std::size_t trailing_space(std::string_view s) noexcept
{
    if (is_ascii_space(s.back()))
        return 1;
    for (const auto space : wide_spaces)
        if (s.ends_with(space))
            return space.size();
    return 0;
}

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

int hex_digit(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

} // namespace

bool is_utf8(std::string_view bytes) noexcept
{
    for (;;) {
        bytes.remove_prefix(ascii_groups(bytes));
        if (bytes.empty())
            return true;
        // Text that is not ASCII stays so for a while: no new group check after every letter.
        for (int letters = 0; letters < 16 && !bytes.empty(); ++letters) {
            const std::size_t length = byte_at(bytes, 0) < 0x80 ? 1 : sequence_length(bytes);
            if (length == 0)
                return false;
            bytes.remove_prefix(length);
        }
    }
}

std::size_t count_code_points(std::string_view utf8) noexcept
{
    return static_cast<std::size_t>(std::count_if(
        utf8.begin(), utf8.end(), [](char c) { return !is_continuation(static_cast<std::uint8_t>(c)); }));
}

std::string_view trim(std::string_view utf8) noexcept
{
    while (!utf8.empty()) {
        const auto n = leading_space(utf8);
        if (n == 0)
            break;
        utf8.remove_prefix(n);
    }
    while (!utf8.empty()) {
        const auto n = trailing_space(utf8);
        if (n == 0)
            break;
        utf8.remove_suffix(n);
    }
    return utf8;
}

std::string to_lower_ascii(std::string_view s)
{
    std::string out(s);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

bool iequals_ascii(std::string_view a, std::string_view b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string escape_html(std::string_view s)
{
    std::string out;
    out.reserve(s.size() + s.size() / 8);
    for (const char c : s) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::optional<std::string> percent_decode(std::string_view s, bool plus_is_space)
{
    std::string out;
    out.reserve(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] == '+' && plus_is_space) {
            out += ' ';
        } else if (s[i] != '%') {
            out += s[i];
        } else {
            const int high = i + 2 < s.size() ? hex_digit(s[i + 1]) : -1;
            const int low = i + 2 < s.size() ? hex_digit(s[i + 2]) : -1;
            if (high < 0 || low < 0)
                return std::nullopt;
            out += static_cast<char>(high << 4 | low);
            i += 2;
        }
    }
    return out;
}

} // namespace chatd::text
