#include "packet.hpp"

#include "json_scanner.hpp"

#include <chatd/base/json_reader.hpp>
#include <chatd/base/json_writer.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace chatd::socketio {
namespace {

constexpr std::size_t max_namespace = 512;
constexpr char last_type = '6';

/// Names that stock clients and servers keep for themselves.
constexpr std::array<std::string_view, 6> reserved_names{"connect",       "connect_error", "disconnect",
                                                         "disconnecting", "newListener",   "removeListener"};

bool is_binary(packet_type t) noexcept
{
    return t == packet_type::binary_event || t == packet_type::binary_ack;
}

/// Takes a decimal number off the front; empty when there is none or when it is too large.
template <class Number>
std::optional<Number> take_number(std::string_view& rest) noexcept
{
    Number n = 0;
    const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), n);
    if (failure != std::errc{})
        return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return n;
}

bool take_attachments(std::string_view& rest, std::size_t max, packet& out) noexcept
{
    const auto count = take_number<std::uint32_t>(rest);
    if (!count || *count > max || !rest.starts_with('-'))
        return false;
    rest.remove_prefix(1);
    out.attachments = *count;
    return true;
}

bool take_namespace(std::string_view& rest, int protocol, packet& out) noexcept
{
    out.nsp = "/";
    out.query = {};
    if (!rest.starts_with('/'))
        return true;
    const auto end = rest.substr(0, max_namespace + 1).find(',');
    if (end == std::string_view::npos && rest.size() > max_namespace)
        return false;
    out.nsp = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (const auto mark = out.nsp.find('?'); protocol == 4 && mark != std::string_view::npos) {
        out.query = out.nsp.substr(mark + 1);
        out.nsp = out.nsp.substr(0, mark);
    }
    return true;
}

bool take_id(std::string_view& rest, packet& out) noexcept
{
    out.id.reset();
    if (rest.empty() || rest[0] < '0' || rest[0] > '9')
        return true;
    out.id = take_number<std::uint64_t>(rest);
    return out.id.has_value();
}

/// Checks the array of an event or ack; text with white space is replaced by a compact copy.
bool read_array(std::string_view json, packet& out)
{
    json_scanner scanner(json, out.attachments);
    if (!scanner.scan_array(out.elements))
        return false;
    out.data = json;
    if (!scanner.has_space())
        return true;
    out.compact_buffer = compact_json(json);
    out.data = out.compact_buffer;
    return json_scanner(out.data, out.attachments).scan_array(out.elements);
}

bool read_name(packet& out)
{
    const auto raw = out.elements.front();
    if (raw[0] == '"') {
        out.name = raw.substr(1, raw.size() - 2);
        if (out.name.find('\\') != std::string_view::npos) {
            json_reader r(raw);
            if (!r.read_string(out.name_buffer))
                return false;
            out.name = out.name_buffer;
        }
        return std::find(reserved_names.begin(), reserved_names.end(), out.name) == reserved_names.end();
    }
    out.name = raw; // a number, which stock clients may use as a name
    return raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9');
}

bool read_event(std::string_view json, packet& out)
{
    if (!read_array(json, out) || out.elements.empty() || !read_name(out))
        return false;
    out.args = std::span(out.elements).subspan(1);
    const std::size_t begin = out.elements[0].size() + (out.args.empty() ? 1 : 2);
    out.args_json = out.data.substr(begin, out.data.size() - 1 - begin);
    return true;
}

bool read_ack(std::string_view json, packet& out)
{
    if (!read_array(json, out))
        return false;
    out.args = out.elements;
    out.args_json = out.data.substr(1, out.data.size() - 2);
    return true;
}

bool read_auth(std::string_view json, packet& out)
{
    out.data = json;
    if (json.empty())
        return true;
    json_scanner scanner(json, 0);
    if (!scanner.scan_object())
        return false;
    if (scanner.has_space()) {
        out.compact_buffer = compact_json(json);
        out.data = out.compact_buffer;
    }
    return true;
}

void append_array(std::string& out, const outgoing& p)
{
    const bool is_event = p.type == packet_type::event;
    out += '[';
    if (is_event)
        append_json_string(out, p.name);
    if (is_event && !p.args_json.empty())
        out += ',';
    out += p.args_json;
    if (!p.offset.empty())
        out.append(",\"").append(p.offset).append(1, '"');
    out += ']';
}

} // namespace

bool parse_packet(std::string_view text, const packet_limits& limits, packet& out)
{
    if (text.empty() || text[0] < '0' || text[0] > last_type)
        return false;
    out.type = static_cast<packet_type>(text[0] - '0');
    out.attachments = 0;
    out.data = out.name = out.args_json = {};
    out.args = {};
    auto rest = text.substr(1);
    if (is_binary(out.type) && !take_attachments(rest, limits.max_attachments, out))
        return false;
    if (!take_namespace(rest, limits.protocol, out) || !take_id(rest, out))
        return false;
    switch (out.type) {
    case packet_type::connect:
        return read_auth(rest, out);
    case packet_type::disconnect:
        return rest.empty();
    case packet_type::event:
    case packet_type::binary_event:
        return read_event(rest, out);
    case packet_type::ack:
    case packet_type::binary_ack:
        return read_ack(rest, out);
    default:
        return false; // only servers refuse
    }
}

std::size_t encoded_packet::bytes() const noexcept
{
    std::size_t sum = head->bytes().size();
    for (const auto& a : attachments)
        sum += a->bytes().size();
    return sum;
}

encoded_packet encode_packet(const outgoing& p)
{
    const bool has_array = p.type == packet_type::event || p.type == packet_type::ack;
    const bool binary = has_array && !p.attachments.empty();
    std::string text;
    text.reserve(p.nsp.size() + p.name.size() + p.args_json.size() + p.offset.size() + 48);
    text += static_cast<char>('0' + static_cast<int>(p.type) + (binary ? 3 : 0));
    if (binary)
        text.append(std::to_string(p.attachments.size())).append(1, '-');
    if (p.nsp != "/")
        text.append(p.nsp).append(1, ',');
    if (p.id)
        text += std::to_string(*p.id);
    if (has_array)
        append_array(text, p);
    else
        text += p.args_json;
    encoded_packet out{websocket::frame::make(websocket::opcode::text, "4", text), {}};
    for (const auto bytes : p.attachments)
        out.attachments.push_back(websocket::frame::make(websocket::opcode::binary, {}, bytes));
    return out;
}

} // namespace chatd::socketio
