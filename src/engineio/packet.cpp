#include "packet.hpp"

#include <chatd/base/encoding.hpp>

namespace chatd::engineio {
namespace {

constexpr char last_type = '6';

std::optional<packet> decode_base64(std::string_view text, std::string& scratch)
{
    auto bytes = encoding::from_base64(text);
    if (!bytes)
        return std::nullopt;
    scratch = std::move(*bytes);
    return packet{packet_type::message, false, scratch};
}

} // namespace

std::optional<packet> decode_text(std::string_view text) noexcept
{
    if (text.empty() || text[0] < '0' || text[0] > last_type)
        return std::nullopt;
    return packet{static_cast<packet_type>(text[0] - '0'), true, text.substr(1)};
}

std::optional<packet> decode_message(dialect d, std::string_view bytes, bool is_text, std::string& scratch)
{
    if (d.version == 4)
        return is_text ? decode_text(bytes) : packet{packet_type::message, false, bytes};
    if (is_text && bytes.starts_with("b4"))
        return decode_base64(bytes.substr(2), scratch);
    if (is_text)
        return decode_text(bytes);
    if (bytes.empty() || bytes[0] != static_cast<char>(packet_type::message))
        return std::nullopt;
    return packet{packet_type::message, false, bytes.substr(1)};
}

} // namespace chatd::engineio
