#include "swar.hpp"

#include <chatd/base/json_reader.hpp>
#include <chatd/base/text.hpp>

#include <cassert>

namespace chatd {
namespace {

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

bool is_space(char c) noexcept
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

void append_utf8(std::string& out, std::uint32_t c)
{
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (c >> shift & 0x3f)); };
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xc0 | c >> 6);
        tail(0);
    } else if (c < 0x10000) {
        out += static_cast<char>(0xe0 | c >> 12);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0 | c >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

/// Passes over at least one digit.
bool skip_digits(const char*& at, const char* end) noexcept
{
    const char* const begin = at;
    while (at != end && is_digit(*at))
        ++at;
    return at != begin;
}

} // namespace

json_reader::json_reader(std::string_view text, std::size_t max_depth) noexcept
    : at_(text.data()), end_(text.data() + text.size()), max_depth_(max_depth)
{
    assert(max_depth <= deepest);
    if (!text::is_utf8(text))
        fail();
}

bool json_reader::fail(failure f) noexcept
{
    if (failure_ == failure::none)
        failure_ = f;
    at_ = end_;
    return false;
}

void json_reader::skip_space() noexcept
{
    while (at_ != end_ && is_space(*at_))
        ++at_;
}

bool json_reader::take(char c) noexcept
{
    skip_space();
    if (at_ == end_ || *at_ != c)
        return false;
    ++at_;
    return true;
}

bool json_reader::take_word(std::string_view word) noexcept
{
    skip_space();
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word))
        return fail();
    at_ += word.size();
    first_ = false;
    return true;
}

json_reader::kind json_reader::peek() noexcept
{
    skip_space();
    if (at_ == end_)
        return kind::none;
    switch (*at_) {
    case '{':
        return kind::object;
    case '[':
        return kind::array;
    case '"':
        return kind::string;
    case 't':
    case 'f':
        return kind::boolean;
    case 'n':
        return kind::null;
    default:
        return *at_ == '-' || is_digit(*at_) ? kind::number : kind::none;
    }
}

bool json_reader::enter(char open) noexcept
{
    if (!take(open))
        return fail();
    if (++depth_ > max_depth_)
        return fail(failure::too_deep);
    first_ = true;
    return true;
}

bool json_reader::leave(char close) noexcept
{
    if (!take(close))
        return false;
    --depth_;
    first_ = false;
    return true;
}

bool json_reader::enter_object() noexcept
{
    return enter('{');
}

bool json_reader::enter_array() noexcept
{
    return enter('[');
}

bool json_reader::next_member(std::string_view& key)
{
    if (leave('}'))
        return false;
    if (!first_ && !take(','))
        return fail();
    skip_space();
    const char* const quote = at_;
    if (!take('"'))
        return fail();
    const std::size_t run = swar::json_run(at_, end_);
    if (at_ + run != end_ && at_[run] == '"') {
        key = {quote + 1, run};
        at_ += run + 1;
    } else {
        at_ = quote;
        key_.clear();
        if (!scan_string(&key_))
            return false;
        key = key_;
    }
    return take(':') || fail();
}

bool json_reader::next_element() noexcept
{
    if (leave(']'))
        return false;
    if (!first_ && !take(','))
        return fail();
    return peek() != kind::none || fail();
}

bool json_reader::read_string(std::string& out)
{
    clean_ = true;
    out.clear();
    return scan_string(&out);
}

bool json_reader::read_number(std::string_view& out) noexcept
{
    skip_space();
    const char* const begin = at_;
    if (at_ != end_ && *at_ == '-')
        ++at_;
    if (at_ != end_ && *at_ == '0')
        ++at_;
    else if (!skip_digits(at_, end_))
        return fail();
    if (at_ != end_ && *at_ == '.')
        if (!skip_digits(++at_, end_))
            return fail();
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
        ++at_;
        if (at_ != end_ && (*at_ == '+' || *at_ == '-'))
            ++at_;
        if (!skip_digits(at_, end_))
            return fail();
    }
    out = {begin, static_cast<std::size_t>(at_ - begin)};
    first_ = false;
    return true;
}

bool json_reader::read_boolean(bool& out) noexcept
{
    out = peek() == kind::boolean && *at_ == 't';
    return take_word(out ? "true" : "false");
}

bool json_reader::read_null() noexcept
{
    return take_word("null");
}

bool json_reader::skip_scalar(kind k)
{
    std::string_view number;
    bool yes = false;
    switch (k) {
    case kind::string:
        return scan_string(nullptr);
    case kind::number:
        return read_number(number);
    case kind::boolean:
        return read_boolean(yes);
    case kind::null:
        return read_null();
    default:
        return fail();
    }
}

bool json_reader::skip(std::string_view& raw)
{
    clean_ = true;
    skip_space();
    const char* const begin = at_;
    const std::size_t base = depth_;
    std::uint64_t arrays = 0; // bit per level below base: an array
    std::string_view key;
    do {
        const kind k = peek();
        if (k == kind::object || k == kind::array) {
            if (!enter(k == kind::array ? '[' : '{'))
                return false;
            const std::uint64_t level = std::uint64_t{1} << (depth_ - base - 1);
            arrays = k == kind::array ? arrays | level : arrays & ~level;
        } else if (!skip_scalar(k)) {
            return false;
        }
        while (depth_ > base) {
            const bool in_array = (arrays >> (depth_ - base - 1) & 1) != 0;
            if (in_array ? next_element() : next_member(key))
                break;
            if (failure_ != failure::none)
                return false;
        }
    } while (depth_ > base);
    raw = {begin, static_cast<std::size_t>(at_ - begin)};
    return true;
}

bool json_reader::finish() noexcept
{
    skip_space();
    return (at_ == end_ && depth_ == 0 && !first_ && failure_ == failure::none) || fail();
}

bool json_reader::scan_string(std::string* out)
{
    if (!take('"'))
        return fail();
    for (;;) {
        const std::size_t run = swar::json_run(at_, end_);
        if (out != nullptr)
            out->append(at_, run);
        at_ += run;
        if (at_ == end_ || static_cast<std::uint8_t>(*at_) < 0x20)
            return fail();
        if (*at_++ == '"')
            break;
        if (!scan_escape(out))
            return false;
    }
    first_ = false;
    return true;
}

bool json_reader::scan_escape(std::string* out)
{
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (at_ == end_)
        return fail();
    const char letter = *at_++;
    std::uint32_t code_point = 0;
    if (letter == 'u') {
        std::uint32_t unit = 0;
        if (!scan_hex(unit) || !scan_surrogates(unit, code_point))
            return false;
        clean_ = clean_ && code_point != 0;
    } else {
        const auto which = letters.find(letter);
        if (which == std::string_view::npos)
            return fail();
        code_point = static_cast<std::uint8_t>(meanings[which]);
    }
    if (out != nullptr)
        append_utf8(*out, code_point);
    return true;
}

bool json_reader::scan_hex(std::uint32_t& unit) noexcept
{
    if (end_ - at_ < 4)
        return fail();
    unit = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = *at_++;
        const char small = static_cast<char>(c | 0x20);
        if (is_digit(c))
            unit = unit << 4 | static_cast<std::uint32_t>(c - '0');
        else if (small >= 'a' && small <= 'f')
            unit = unit << 4 | static_cast<std::uint32_t>(small - 'a' + 10);
        else
            return fail();
    }
    return true;
}

bool json_reader::scan_surrogates(std::uint32_t first, std::uint32_t& code_point) noexcept
{
    code_point = first;
    if (first < 0xd800 || first > 0xdfff)
        return true;
    if (first < 0xdc00 && end_ - at_ >= 2 && at_[0] == '\\' && at_[1] == 'u') {
        const char* const back = at_;
        std::uint32_t second = 0;
        at_ += 2;
        if (!scan_hex(second))
            return false;
        if (second >= 0xdc00 && second <= 0xdfff) {
            code_point = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            return true;
        }
        at_ = back;
    }
    clean_ = false;
    code_point = 0xfffd;
    return true;
}

std::string compact_json(std::string_view json)
{
    std::string out;
    out.reserve(json.size());
    bool in_string = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (!in_string && is_space(c))
            continue;
        out += c;
        if (c == '"')
            in_string = !in_string;
        else if (c == '\\' && ++i < json.size())
            out += json[i];
    }
    return out;
}

} // namespace chatd
