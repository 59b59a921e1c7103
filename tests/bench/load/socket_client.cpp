#include "socket_client.hpp"

#include "scan.hpp"

#include <utility>

namespace load {

namespace {

// The key of RFC 6455 section 1.3 and the answer that belongs to it.
constexpr std::string_view upgrade_request = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
                                             "Host: 127.0.0.1\r\n"
                                             "Connection: Upgrade\r\n"
                                             "Upgrade: websocket\r\n"
                                             "Sec-WebSocket-Version: 13\r\n"
                                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                             "\r\n";
constexpr std::string_view expected_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

constexpr unsigned char opcode_text = 0x81; // with FIN
constexpr unsigned char opcode_close = 0x88;
constexpr unsigned char opcode_ping = 0x89;
constexpr unsigned char opcode_pong = 0x8a;
constexpr unsigned char mask_bit = 0x80;

void append_frame(std::string& out, unsigned char opcode, std::string_view payload)
{
    out += static_cast<char>(opcode);
    if (payload.size() < 126) {
        out += static_cast<char>(mask_bit | payload.size());
    } else {
        // Client payloads of this program stay far below 64 KiB.
        out += static_cast<char>(mask_bit | 126);
        out += static_cast<char>(payload.size() >> 8);
        out += static_cast<char>(payload.size() & 0xff);
    }
    out.append(4, '\0');
    out.append(payload);
}

struct frame {
    unsigned char opcode = 0;
    std::string_view payload;
    std::size_t size = 0; ///< with the header; 0 while incomplete
    bool masked = false;
};

frame read_frame(std::string_view bytes)
{
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    if (bytes.size() < 2)
        return {};
    std::size_t header = 2;
    std::uint64_t length = byte(1) & 0x7f;
    const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (extended > 0) {
        header += extended;
        if (bytes.size() < header)
            return {};
        length = 0;
        for (std::size_t i = 2; i < header; ++i)
            length = length << 8 | byte(i);
    }
    if (bytes.size() - header < length)
        return {};
    return {byte(0), bytes.substr(header, length), header + length, (byte(1) & mask_bit) != 0};
}

} // namespace

void append_frame(std::string& out, std::string_view payload)
{
    append_frame(out, opcode_text, payload);
}

socket_client::socket_client(event_loop& loop, target to, std::string token)
    : stream(loop), to_(to), token_(std::move(token))
{
}

void socket_client::start(const socket_settings& settings)
{
    failure_.clear();
    recovered_ = false;
    state_ = state::upgrading;
    open(to_, settings);
    write(upgrade_request);
    flush();
}

void socket_client::send_packet(std::string_view packet)
{
    std::string bytes;
    bytes.reserve(packet.size() + 16);
    append_frame(bytes, opcode_text, std::string(1, '4').append(packet));
    write(bytes);
}

void socket_client::leave()
{
    std::string bytes;
    append_frame(bytes, opcode_text, "41");
    append_frame(bytes, opcode_close, std::string_view("\x03\xe8", 2));
    write(bytes);
    flush();
    close();
    state_ = state::idle;
}

void socket_client::drop()
{
    reset();
    state_ = state::idle;
}

std::size_t socket_client::on_bytes(std::string_view bytes)
{
    std::size_t used = 0;
    if (state_ == state::upgrading) {
        used = take_upgrade(bytes);
        if (used == 0)
            return 0;
    }
    while (used < bytes.size()) {
        const auto next = read_frame(bytes.substr(used));
        if (next.size == 0)
            break;
        used += next.size;
        if (next.masked) {
            fail("masked frame from the server");
            break;
        }
        if (next.opcode == opcode_text) {
            if (!take_message(next.payload))
                break;
        } else if (next.opcode == opcode_ping) {
            std::string pong;
            append_frame(pong, opcode_pong, next.payload);
            write(pong);
        } else if (next.opcode != opcode_pong) {
            fail(next.opcode == opcode_close ? "closed by the server" : "unexpected kind of frame");
            break;
        }
    }
    return used;
}

void socket_client::on_lost()
{
    state_ = state::lost;
    on_end();
}

std::size_t socket_client::take_upgrade(std::string_view bytes)
{
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return 0;
    const auto head = bytes.substr(0, end);
    if (!head.starts_with("HTTP/1.1 101") || head.find(expected_accept) == std::string_view::npos) {
        fail("upgrade refused");
        return 0;
    }
    state_ = state::opening;
    return end + 4;
}

/// Returns false when the connection is no longer the one that the message came from.
bool socket_client::take_message(std::string_view text)
{
    if (text.empty())
        return fail("empty Engine.IO packet");
    if (text[0] == '4') {
        if (state_ == state::joining)
            return take_connect(text.substr(1));
        if (state_ != state::ready)
            return fail("message before CONNECT");
        if (text.starts_with("41"))
            return fail("disconnected by the server");
        if (!pid_.empty() && tracks_offsets_)
            note_offset(text.substr(1));
        on_packet(text.substr(1));
        return is_ready();
    }
    if (text[0] == '2') {
        std::string pong;
        append_frame(pong, opcode_text, "3");
        write(pong);
        return true;
    }
    if (text[0] == '0' && state_ == state::opening) {
        state_ = state::joining;
        std::string connect = R"(0{"token":")" + token_ + '"';
        if (!pid_.empty())
            connect += R"(,"pid":")" + pid_ + '"';
        if (!pid_.empty() && !offset_.empty())
            connect += R"(,"offset":")" + offset_ + '"';
        send_packet(connect + '}');
        return true;
    }
    return fail("unexpected Engine.IO packet");
}

bool socket_client::take_connect(std::string_view packet)
{
    const auto sid = text_after(packet, R"("sid":")");
    if (!packet.starts_with("0") || !sid)
        return fail("CONNECT refused");
    const auto pid = text_after(packet, R"("pid":")");
    recovered_ = !pid_.empty() && pid == pid_;
    sid_ = *sid;
    pid_ = pid.value_or("");
    state_ = state::ready;
    on_connected();
    return is_ready();
}

/// The offset is the last argument of an event when the server recovers sessions.
void socket_client::note_offset(std::string_view packet)
{
    if (!packet.starts_with("2[") || !packet.ends_with("\"]"))
        return;
    const auto start = packet.rfind(",\"", packet.size() - 3);
    if (start != std::string_view::npos)
        offset_ = packet.substr(start + 2, packet.size() - start - 4);
}

bool socket_client::fail(std::string_view reason)
{
    failure_ = reason;
    reset();
    on_lost();
    return false;
}

} // namespace load
