#include "swar.hpp"

#include <chatd/base/json_writer.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace chatd {
namespace {

/// What follows the backslash; 'u': the \u00XX form.
constexpr std::array<char, 256> make_escapes()
{
    std::array<char, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c)
        table[c] = 'u';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    table['"'] = '"';
    table['\\'] = '\\';
    return table;
}
constexpr auto escapes = make_escapes();

template <class Number>
void append_number(std::string& out, Number n)
{
    std::array<char, 32> text{};
    const auto [end, failed] = std::to_chars(text.data(), text.data() + text.size(), n);
    out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

} // namespace

void append_json_string(std::string& out, std::string_view s)
{
    out += '"';
    const char* p = s.data();
    const char* const end = p + s.size();
    while (p != end) {
        const std::size_t run = swar::json_run(p, end);
        out.append(p, run);
        p += run;
        if (p == end)
            break;
        const auto c = static_cast<std::uint8_t>(*p++);
        out += '\\';
        out += escapes[c];
        if (escapes[c] == 'u') {
            constexpr std::string_view digits = "0123456789abcdef";
            out += "00";
            out += digits[c >> 4];
            out += digits[c & 15];
        }
    }
    out += '"';
}

void json_writer::separate()
{
    if (need_comma_)
        out_ += ',';
    need_comma_ = true;
}

json_writer& json_writer::begin_object()
{
    separate();
    out_ += '{';
    need_comma_ = false;
    return *this;
}

json_writer& json_writer::end_object()
{
    out_ += '}';
    need_comma_ = true;
    return *this;
}

json_writer& json_writer::begin_array()
{
    separate();
    out_ += '[';
    need_comma_ = false;
    return *this;
}

json_writer& json_writer::end_array()
{
    out_ += ']';
    need_comma_ = true;
    return *this;
}

json_writer& json_writer::key(std::string_view name)
{
    separate();
    append_json_string(out_, name);
    out_ += ':';
    need_comma_ = false;
    return *this;
}

json_writer& json_writer::value(std::string_view s)
{
    separate();
    append_json_string(out_, s);
    return *this;
}

json_writer& json_writer::value(bool b)
{
    return raw(b ? "true" : "false");
}

json_writer& json_writer::value(double d)
{
    if (!std::isfinite(d))
        return value(nullptr);
    separate();
    append_number(out_, d);
    return *this;
}

json_writer& json_writer::value(std::nullptr_t)
{
    return raw("null");
}

json_writer& json_writer::value(timestamp t)
{
    separate();
    out_ += '"';
    append_iso8601(out_, t);
    out_ += '"';
    return *this;
}

json_writer& json_writer::raw(std::string_view json)
{
    separate();
    out_ += json;
    return *this;
}

json_writer& json_writer::integer(std::int64_t n)
{
    separate();
    append_number(out_, n);
    return *this;
}

json_writer& json_writer::natural(std::uint64_t n)
{
    separate();
    append_number(out_, n);
    return *this;
}

} // namespace chatd
