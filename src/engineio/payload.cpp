#include "payload.hpp"

#include <chatd/base/encoding.hpp>
#include <chatd/base/text.hpp>

#include <algorithm>
#include <charconv>

namespace chatd::engineio {
namespace {

constexpr char separator = '\x1e';
constexpr std::size_t max_length_digits = 9;
constexpr char v3_string = 0;
constexpr char v3_binary = 1;
constexpr char v3_length_end = '\xff';
constexpr char v3_message = 4;

/// Bytes of the UTF-8 character that begins with `lead`; 1 for anything that begins none.
std::size_t utf8_width(char lead) noexcept
{
    const auto c = static_cast<unsigned char>(lead);
    return c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/// Bytes that `units` UTF-16 code units take at the start of `utf8`; empty when there are fewer, or when the
/// count would split a surrogate pair.
std::optional<std::size_t> bytes_of_utf16(std::string_view utf8, std::size_t units) noexcept
{
    std::size_t at = 0;
    while (units > 0) {
        if (at >= utf8.size())
            return std::nullopt;
        const std::size_t width = utf8_width(utf8[at]);
        const std::size_t cost = width == 4 ? 2 : 1;
        if (cost > units)
            return std::nullopt;
        units -= cost;
        at += width;
    }
    if (at > utf8.size())
        return std::nullopt;
    return at;
}

void append_v3_binary(std::string& out, char kind, std::string_view type, std::string_view data)
{
    out += kind;
    for (const char digit : std::to_string(type.size() + data.size()))
        out += static_cast<char>(digit - '0');
    out += v3_length_end;
    out += type;
    out += data;
}

payload encode_v4(std::span<const websocket::frame_ptr> packets)
{
    payload out;
    for (const auto& p : packets) {
        if (!out.body.empty())
            out.body += separator;
        if (p->is_text())
            out.body += p->payload();
        else
            out.body.append(1, 'b').append(encoding::to_base64(p->payload()));
    }
    return out;
}

payload encode_v3_text(std::span<const websocket::frame_ptr> packets)
{
    payload out;
    for (const auto& p : packets) {
        if (p->is_text()) {
            out.body.append(std::to_string(count_utf16(p->payload()))).append(1, ':').append(p->payload());
        } else {
            const std::string base64 = encoding::to_base64(p->payload());
            out.body.append(std::to_string(base64.size() + 2)).append(":b4").append(base64);
        }
    }
    return out;
}

payload encode_v3_binary(std::span<const websocket::frame_ptr> packets)
{
    payload out;
    out.binary = true;
    for (const auto& p : packets) {
        if (p->is_text())
            append_v3_binary(out.body, v3_string, {}, p->payload());
        else
            append_v3_binary(out.body, v3_binary, {&v3_message, 1}, p->payload());
    }
    return out;
}

} // namespace

std::size_t count_utf16(std::string_view utf8) noexcept
{
    std::size_t units = 0;
    for (const char byte : utf8) {
        const auto c = static_cast<unsigned char>(byte);
        units += (c & 0xc0) == 0x80 ? 0 : c >= 0xf0 ? 2 : 1;
    }
    return units;
}

std::optional<packet> payload_reader::next()
{
    if (done_)
        return std::nullopt;
    if (dialect_.version == 3 && rest_.empty() && started_) {
        done_ = true;
        return std::nullopt;
    }
    auto p = dialect_.version == 4 ? next_v4() : binary_framing_ ? next_v3_binary() : next_v3_text();
    started_ = true;
    if (!p)
        done_ = failed_ = true;
    return p;
}

std::optional<packet> payload_reader::next_v4()
{
    const auto end = rest_.find(separator);
    const auto element = rest_.substr(0, end);
    if (end == std::string_view::npos)
        done_ = true;
    else
        rest_.remove_prefix(end + 1);
    if (!element.starts_with('b'))
        return decode_text(element);
    auto bytes = encoding::from_base64(element.substr(1));
    if (!bytes)
        return std::nullopt;
    scratch_ = std::move(*bytes);
    return packet{packet_type::message, false, scratch_};
}

std::optional<packet> payload_reader::next_v3_text()
{
    const auto colon = rest_.substr(0, max_length_digits + 1).find(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    std::uint32_t units = 0;
    const auto [end, failure] = std::from_chars(rest_.data(), rest_.data() + colon, units);
    if (failure != std::errc{} || end != rest_.data() + colon)
        return std::nullopt;
    rest_.remove_prefix(colon + 1);
    const auto bytes = bytes_of_utf16(rest_, units);
    if (!bytes)
        return std::nullopt;
    const auto element = rest_.substr(0, *bytes);
    rest_.remove_prefix(*bytes);
    return decode_message(dialect_, element, true, scratch_);
}

std::optional<packet> payload_reader::next_v3_binary()
{
    if (rest_.empty() || (rest_[0] != v3_string && rest_[0] != v3_binary))
        return std::nullopt;
    const bool is_text = rest_[0] == v3_string;
    const auto end = rest_.substr(0, max_length_digits + 2).find(v3_length_end);
    if (end == std::string_view::npos || end == 1)
        return std::nullopt;
    std::size_t length = 0;
    for (const char digit : rest_.substr(1, end - 1)) {
        if (digit < 0 || digit > 9)
            return std::nullopt;
        length = length * 10 + static_cast<std::size_t>(digit);
    }
    rest_.remove_prefix(end + 1);
    if (length > rest_.size())
        return std::nullopt;
    const auto element = rest_.substr(0, length);
    rest_.remove_prefix(length);
    if (is_text && !text::is_utf8(element))
        return std::nullopt;
    return decode_message(dialect_, element, is_text, scratch_);
}

payload encode_payload(dialect d, std::span<const websocket::frame_ptr> packets)
{
    if (d.version == 4)
        return encode_v4(packets);
    const bool all_text =
        std::all_of(packets.begin(), packets.end(), [](const auto& p) { return p->is_text(); });
    return d.base64 || all_text ? encode_v3_text(packets) : encode_v3_binary(packets);
}

} // namespace chatd::engineio
