#include <chatd/base/encoding.hpp>

#include <array>
#include <cstdint>

namespace chatd::encoding {
namespace {

constexpr std::string_view standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t bad = 0xff;

constexpr std::array<std::uint8_t, 256> inverse(std::string_view alphabet)
{
    std::array<std::uint8_t, 256> table{};
    table.fill(bad);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}
constexpr auto standard_values = inverse(standard);
constexpr auto url_safe_values = inverse(url_safe);

std::uint32_t byte_at(std::string_view bytes, std::size_t i) noexcept
{
    return static_cast<std::uint8_t>(bytes[i]);
}

std::string encode(std::string_view bytes, std::string_view alphabet, bool padded)
{
    const std::size_t left = bytes.size() % 3;
    const std::size_t whole = bytes.size() - left;
    std::string out(bytes.size() / 3 * 4 + (left == 0 ? 0 : padded ? 4 : left + 1), '=');
    char* to = out.data();
    for (std::size_t i = 0; i < whole; i += 3) {
        const std::uint32_t group =
            byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
        *to++ = alphabet[group >> 18];
        *to++ = alphabet[group >> 12 & 63];
        *to++ = alphabet[group >> 6 & 63];
        *to++ = alphabet[group & 63];
    }
    if (left != 0) {
        const std::uint32_t group =
            byte_at(bytes, whole) << 16 | (left == 2 ? byte_at(bytes, whole + 1) << 8 : 0);
        *to++ = alphabet[group >> 18];
        *to++ = alphabet[group >> 12 & 63];
        if (left == 2)
            *to++ = alphabet[group >> 6 & 63];
    }
    return out;
}

std::optional<std::string> decode(std::string_view text, const std::array<std::uint8_t, 256>& values)
{
    if (text.size() % 4 == 0 && text.ends_with('='))
        text.remove_suffix(text.ends_with("==") ? 2 : 1);
    const std::size_t left = text.size() % 4;
    if (left == 1)
        return std::nullopt;
    const std::size_t whole = text.size() - left;
    std::string out(text.size() / 4 * 3 + (left == 0 ? 0 : left - 1), '\0');
    char* to = out.data();
    std::uint32_t seen = 0; // every value or-ed: the two high bits are those of a bad character
    const auto value_at = [&](std::size_t i) {
        const std::uint32_t value = values[byte_at(text, i)];
        seen |= value;
        return value;
    };
    for (std::size_t i = 0; i < whole; i += 4) {
        const std::uint32_t group =
            value_at(i) << 18 | value_at(i + 1) << 12 | value_at(i + 2) << 6 | value_at(i + 3);
        *to++ = static_cast<char>(group >> 16 & 0xff);
        *to++ = static_cast<char>(group >> 8 & 0xff);
        *to++ = static_cast<char>(group & 0xff);
    }
    std::uint32_t unused_bits = 0;
    if (left != 0) {
        const std::uint32_t group =
            value_at(whole) << 18 | value_at(whole + 1) << 12 | (left == 3 ? value_at(whole + 2) << 6 : 0);
        *to++ = static_cast<char>(group >> 16 & 0xff);
        if (left == 3)
            *to++ = static_cast<char>(group >> 8 & 0xff);
        unused_bits = group & (left == 3 ? 0xffU : 0xffffU);
    }
    if (seen > 63 || unused_bits != 0)
        return std::nullopt;
    return out;
}

} // namespace

std::string to_base64(std::string_view bytes)
{
    return encode(bytes, standard, true);
}
std::optional<std::string> from_base64(std::string_view text)
{
    return decode(text, standard_values);
}

std::string to_base64url(std::string_view bytes)
{
    return encode(bytes, url_safe, false);
}
std::optional<std::string> from_base64url(std::string_view text)
{
    return decode(text, url_safe_values);
}

std::string to_hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        out += digits[static_cast<std::uint8_t>(c) >> 4];
        out += digits[static_cast<std::uint8_t>(c) & 15];
    }
    return out;
}

} // namespace chatd::encoding
