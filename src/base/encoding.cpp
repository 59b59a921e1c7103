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

std::string encode(std::string_view bytes, std::string_view alphabet, bool padded)
{
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::size_t i = 0;
    const auto byte = [&](std::size_t at) {
        return static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[at]));
    };
    for (; i + 3 <= bytes.size(); i += 3) {
        const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        const std::array<char, 4> text{alphabet[group >> 18], alphabet[group >> 12 & 63],
                                       alphabet[group >> 6 & 63], alphabet[group & 63]};
        out.append(text.data(), text.size());
    }
    const std::size_t left = bytes.size() - i;
    if (left == 0)
        return out;
    const std::uint32_t group = byte(i) << 16 | (left == 2 ? byte(i + 1) << 8 : 0);
    out += alphabet[group >> 18];
    out += alphabet[group >> 12 & 63];
    if (left == 2)
        out += alphabet[group >> 6 & 63];
    if (padded)
        out.append(3 - left, '=');
    return out;
}

std::optional<std::string> decode(std::string_view text, const std::array<std::uint8_t, 256>& values)
{
    if (text.size() % 4 == 0 && text.ends_with('='))
        text.remove_suffix(text.ends_with("==") ? 2 : 1);
    if (text.size() % 4 == 1)
        return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        const std::uint8_t value = values[static_cast<std::uint8_t>(c)];
        if (value == bad)
            return std::nullopt;
        group = group << 6 | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>(group >> bits & 0xff);
        }
    }
    const bool leftover_bits = (group & ((1U << bits) - 1)) != 0;
    if (leftover_bits)
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
