#include "mask.hpp"
#include "utf8_validator.hpp"

#include <chatd/websocket/codec.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace chatd::websocket {

namespace {

constexpr std::size_t max_header_bytes = 14;
constexpr std::size_t max_control_payload = 125;

enum : std::uint8_t {
    op_continuation = 0,
    op_text = 1,
    op_binary = 2,
    op_close = 8,
    op_ping = 9,
    op_pong = 10
};

bool is_control(std::uint8_t op) noexcept
{
    return (op & 8U) != 0;
}

std::uint8_t byte_at(std::span<const char> bytes, std::size_t i) noexcept
{
    return static_cast<std::uint8_t>(bytes[i]);
}

} // namespace

bool is_valid_close_code(std::uint16_t code) noexcept
{
    if (code >= 1000 && code <= 1014)
        return code != 1004 && code != close_code::none && code != close_code::abnormal;
    return code >= 3000 && code <= 4999;
}

/// A frame header as far as it is known.
struct codec::header {
    std::uint64_t length = 0;
    mask_key key{};
    std::uint8_t op = 0;
    std::uint8_t size = 0; // bytes of the header; 0: more are needed
    bool fin = false;

    /// Reads a header; the close code of the first broken rule (RFC 6455 section 5.2), 0 when none is.
    [[nodiscard]] std::uint16_t parse(std::span<const char> in) noexcept
    {
        if (in.size() < 2)
            return 0;
        const auto first = byte_at(in, 0);
        const auto second = byte_at(in, 1);
        fin = (first & 0x80U) != 0;
        op = first & 0x0fU;
        const auto short_length = static_cast<std::uint8_t>(second & 0x7fU);
        const bool is_known = op <= op_binary || (op >= op_close && op <= op_pong);
        const bool has_extension_bits = (first & 0x70U) != 0;
        const bool is_masked = (second & 0x80U) != 0;
        if (has_extension_bits || !is_known || !is_masked)
            return close_code::protocol_error;
        if (is_control(op) && (!fin || short_length > max_control_payload))
            return close_code::protocol_error;
        const std::size_t length_bytes = short_length < 126 ? 0 : short_length == 126 ? 2 : 8;
        const auto total = 2 + length_bytes + key.size();
        if (in.size() < total)
            return 0;
        length = short_length;
        if (length_bytes > 0) {
            length = 0;
            for (std::size_t i = 0; i < length_bytes; ++i)
                length = length << 8U | byte_at(in, 2 + i);
            // The shortest form only, and no sign bit.
            if (length < (length_bytes == 2 ? 126U : 0x10000U) || (length >> 63U) != 0)
                return close_code::protocol_error;
        }
        std::memcpy(key.data(), in.data() + 2 + length_bytes, key.size());
        size = static_cast<std::uint8_t>(total);
        return 0;
    }
};

/// What is held while a frame or a message is incomplete.
struct codec::partial {
    std::array<char, max_header_bytes> head{};
    std::uint8_t head_size = 0;
    bool in_payload = false; // `frame` is complete and its payload is being read
    bool in_message = false; // a data message has begun
    bool is_text = false;    // its type
    header frame;
    std::uint64_t done = 0; // bytes of the frame's payload
    std::string control;
    std::string message;
    utf8_validator utf8;

    [[nodiscard]] bool is_idle() const noexcept { return head_size == 0 && !in_payload && !in_message; }

    void begin_payload(const header& h)
    {
        frame = h;
        in_payload = true;
        done = 0;
        head_size = 0;
        control.clear();
        if (!is_control(h.op) && h.op != op_continuation) {
            in_message = true;
            is_text = h.op == op_text;
        }
    }
};

codec::codec(std::size_t max_message) noexcept : max_message_(max_message) {}
codec::~codec() = default;
codec::codec(codec&&) noexcept = default;

event codec::next()
{
    if (over_)
        return {};
    if (partial_ && partial_->is_idle())
        partial_.reset(); // the caller has seen what it held
    if (partial_)
        return resume();
    if (input_.empty())
        return {};
    header h;
    if (const auto broken = h.parse(input_); broken != 0)
        return fail(broken);
    if (h.size == 0) {
        partial_ = std::make_unique<partial>();
        return resume();
    }
    if (const auto broken = check(h); broken != 0)
        return fail(broken);
    if (h.length > input_.size() - h.size || (!h.fin && !is_control(h.op))) {
        partial_ = std::make_unique<partial>();
        partial_->begin_payload(h);
        input_ = input_.subspan(h.size);
        return resume();
    }
    return whole_frame(h);
}

// The usual case: a frame that is complete in the input and a message of its own.
event codec::whole_frame(const header& h)
{
    const auto payload = input_.subspan(h.size, static_cast<std::size_t>(h.length));
    input_ = input_.subspan(h.size + payload.size());
    unmask(payload, h.key, 0);
    const std::string_view view(payload.data(), payload.size());
    if (is_control(h.op))
        return control(h.op, view);
    if (h.op == op_binary)
        return {event::kind::binary, 0, view};
    utf8_validator utf8;
    if (!utf8.feed(view) || !utf8.complete())
        return fail(close_code::bad_data);
    return {event::kind::text, 0, view};
}

// What depends on the message around the frame: 0 or the close code.
std::uint16_t codec::check(const header& h) const noexcept
{
    if (is_control(h.op))
        return 0;
    const bool in_message = partial_ && partial_->in_message;
    if ((h.op == op_continuation) != in_message)
        return close_code::protocol_error;
    const auto before = partial_ ? partial_->message.size() : 0;
    return h.length > max_message_ - before ? close_code::too_big : std::uint16_t{0};
}

event codec::resume()
{
    for (;;) {
        auto& p = *partial_;
        if (!p.in_payload) {
            if (input_.empty())
                return {};
            p.head[p.head_size++] = input_.front();
            input_ = input_.subspan(1);
            header h;
            if (const auto broken = h.parse({p.head.data(), p.head_size}); broken != 0)
                return fail(broken);
            if (h.size == 0)
                continue;
            if (const auto broken = check(h); broken != 0)
                return fail(broken);
            p.begin_payload(h);
        }
        const auto found = is_control(p.frame.op) ? continue_control() : continue_data();
        if (found.what != event::kind::none || (partial_ && partial_->in_payload))
            return found;
    }
}

// Reads on in a data frame; none when the frame has ended without ending the message, or the input is used
// up.
event codec::continue_data()
{
    auto& p = *partial_;
    const auto piece = input_.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(p.frame.length - p.done, input_.size())));
    input_ = input_.subspan(piece.size());
    unmask(piece, p.frame.key, static_cast<std::size_t>(p.done & 3U));
    p.done += piece.size();
    const std::string_view view(piece.data(), piece.size());
    if (p.is_text && !p.utf8.feed(view))
        return fail(close_code::bad_data);
    p.message += view;
    if (p.done < p.frame.length)
        return {};
    p.in_payload = false;
    if (!p.frame.fin)
        return {};
    if (p.is_text && !p.utf8.complete())
        return fail(close_code::bad_data);
    p.in_message = false;
    return {p.is_text ? event::kind::text : event::kind::binary, 0, p.message};
}

event codec::continue_control()
{
    auto& p = *partial_;
    const auto piece =
        input_.first(std::min(static_cast<std::size_t>(p.frame.length) - p.control.size(), input_.size()));
    input_ = input_.subspan(piece.size());
    unmask(piece, p.frame.key, p.control.size() & 3U);
    p.control.append(piece.data(), piece.size());
    if (p.control.size() < p.frame.length)
        return {};
    p.in_payload = false;
    return control(p.frame.op, p.control);
}

event codec::control(std::uint8_t op, std::string_view payload) noexcept
{
    if (op == op_ping)
        return {event::kind::ping, 0, payload};
    if (op == op_pong)
        return {event::kind::pong, 0, payload};
    return close_frame(payload);
}

event codec::close_frame(std::string_view payload) noexcept
{
    if (payload.size() == 1)
        return fail(close_code::protocol_error);
    over_ = true;
    input_ = {};
    if (payload.empty())
        return {event::kind::close, close_code::none, {}};
    const auto code = static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8U |
                                                 static_cast<std::uint8_t>(payload[1]));
    if (!is_valid_close_code(code))
        return fail(close_code::protocol_error);
    const auto reason = payload.substr(2);
    utf8_validator utf8;
    if (!utf8.feed(reason) || !utf8.complete())
        return fail(close_code::bad_data);
    return {event::kind::close, code, reason};
}

event codec::fail(std::uint16_t code) noexcept
{
    over_ = true;
    input_ = {};
    partial_.reset();
    return {event::kind::failed, code, {}};
}

} // namespace chatd::websocket
