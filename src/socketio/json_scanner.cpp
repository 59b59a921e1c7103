#include "json_scanner.hpp"

#include <chatd/base/json_reader.hpp>

#include <cstring>
#include <string>

namespace chatd::socketio {
namespace {

constexpr std::string_view placeholder_key = "_placeholder";

[[nodiscard]] bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

/// True when one of eight bytes is a quote, a backslash or a control character.
[[nodiscard]] bool ends_run(std::uint64_t group) noexcept
{
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    constexpr std::uint64_t highs = 0x8080'8080'8080'8080;
    const std::uint64_t quote = group ^ ones * '"';
    const std::uint64_t backslash = group ^ ones * '\\';
    const std::uint64_t control = (group - ones * 0x20) & ~group;
    return ((control | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & highs) != 0;
}

/// The end of the run at `at` that stands in a string as it is.
[[nodiscard]] const char* skip_run(const char* at, const char* end) noexcept
{
    std::uint64_t group = 0;
    for (; end - at >= 8; at += 8) {
        std::memcpy(&group, at, 8);
        if (ends_run(group))
            break;
    }
    while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20)
        ++at;
    return at;
}

/// True when a key with escapes reads `_placeholder`.
[[nodiscard]] bool is_disguised_placeholder(std::string_view quoted)
{
    if (quoted.find('\\') == std::string_view::npos)
        return false;
    std::string decoded;
    json_reader r(quoted);
    return r.read_string(decoded) && decoded == placeholder_key;
}

} // namespace

void json_scanner::skip_space() noexcept
{
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) {
        has_space_ = true;
        ++at_;
    }
}

bool json_scanner::take(char c) noexcept
{
    skip_space();
    if (at_ == end_ || *at_ != c)
        return false;
    ++at_;
    return true;
}

bool json_scanner::at_end() noexcept
{
    skip_space();
    return at_ == end_;
}

bool json_scanner::scan_array(std::vector<std::string_view>& elements)
{
    elements.clear();
    if (!take('['))
        return false;
    if (take(']'))
        return at_end();
    do {
        skip_space();
        const char* const begin = at_;
        if (!scan_value())
            return false;
        elements.emplace_back(begin, static_cast<std::size_t>(at_ - begin));
    } while (take(','));
    return take(']') && at_end();
}

bool json_scanner::scan_object()
{
    skip_space();
    return at_ != end_ && *at_ == '{' && scan_value() && at_end();
}

void json_scanner::open(std::size_t level, bool array) noexcept
{
    const std::uint64_t bit = std::uint64_t{1} << level % 64;
    arrays_[level / 64] = array ? arrays_[level / 64] | bit : arrays_[level / 64] & ~bit;
}

/// One value of any kind. `depth` counts the containers that are open; where it stands behind each value
/// decides what may follow.
bool json_scanner::scan_value()
{
    std::size_t depth = 0;
    do {
        skip_space();
        if (at_ == end_)
            return false;
        const bool container = *at_ == '{' || *at_ == '[';
        if (container ? !scan_opened(depth) : !scan_scalar())
            return false;
        if (!container && !close_all(depth))
            return false;
    } while (depth > 0);
    return true;
}

/// Enters a container and leaves it again when it is empty or a placeholder.
bool json_scanner::scan_opened(std::size_t& depth)
{
    const bool array = *at_ == '[';
    bool valid = true;
    if (!array && attachments_ > 0 && take_placeholder(valid))
        return valid && close_all(depth);
    ++at_;
    if (++depth > max_depth)
        return false;
    open(depth, array);
    if (take(array ? ']' : '}')) {
        --depth;
        return close_all(depth);
    }
    return array || scan_key();
}

/// Behind a value: up to the next value of the innermost container that goes on.
bool json_scanner::close_all(std::size_t& depth)
{
    while (depth > 0) {
        const bool array = is_array(depth);
        if (take(','))
            return array || scan_key();
        if (!take(array ? ']' : '}'))
            return false;
        --depth;
    }
    return true;
}

bool json_scanner::scan_key()
{
    skip_space();
    const char* const begin = at_;
    if (at_ == end_ || *at_ != '"' || !scan_string())
        return false;
    const std::string_view quoted(begin, static_cast<std::size_t>(at_ - begin));
    if (!take(':'))
        return false;
    if (attachments_ == 0)
        return true;
    // A placeholder in any other form than that of take_placeholder() would be read differently by clients.
    if (quoted.substr(1, quoted.size() - 2) != placeholder_key && !is_disguised_placeholder(quoted))
        return true;
    skip_space();
    return at_ == end_ || *at_ != 't';
}

/// `{"_placeholder":true,"num":N}` with its members in either order. False, and nothing taken, for another
/// object; `valid`: is there an attachment N?
bool json_scanner::take_placeholder(bool& valid) noexcept
{
    const char* const begin = at_;
    std::uint32_t number = 0;
    bool has_flag = false;
    bool has_number = false;
    const auto member = [&] {
        const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
        if (rest.starts_with("\"_placeholder\"") && !has_flag) {
            at_ += placeholder_key.size() + 2;
            has_flag = take(':') && (skip_space(), scan_word("true"));
            return has_flag;
        }
        if (!rest.starts_with("\"num\"") || has_number)
            return false;
        at_ += 5;
        if (!take(':'))
            return false;
        skip_space();
        const char* const digits = at_;
        while (at_ != end_ && is_digit(*at_) && at_ - digits < 9)
            number = number * 10 + static_cast<std::uint32_t>(*at_++ - '0');
        has_number = at_ != digits && (*digits != '0' || at_ - digits == 1);
        return has_number;
    };
    ++at_;
    skip_space();
    const bool taken = member() && take(',') && (skip_space(), member()) && take('}');
    if (!taken)
        at_ = begin;
    valid = number < attachments_;
    return taken;
}

bool json_scanner::scan_scalar() noexcept
{
    switch (*at_) {
    case '"':
        return scan_string();
    case 't':
        return scan_word("true");
    case 'f':
        return scan_word("false");
    case 'n':
        return scan_word("null");
    default:
        return scan_number();
    }
}

bool json_scanner::scan_word(std::string_view word) noexcept
{
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word))
        return false;
    at_ += word.size();
    return true;
}

bool json_scanner::scan_string() noexcept
{
    ++at_;
    for (;;) {
        at_ = skip_run(at_, end_);
        if (at_ == end_ || static_cast<unsigned char>(*at_) < 0x20)
            return false;
        if (*at_++ == '"')
            return true;
        if (!scan_escape())
            return false;
    }
}

bool json_scanner::scan_escape() noexcept
{
    constexpr std::string_view letters = "\"\\/bfnrt";
    if (at_ == end_)
        return false;
    const char letter = *at_++;
    if (letter != 'u')
        return letters.find(letter) != std::string_view::npos;
    if (end_ - at_ < 4)
        return false;
    for (int i = 0; i < 4; ++i, ++at_) {
        const char small = static_cast<char>(*at_ | 0x20);
        if (!is_digit(*at_) && (small < 'a' || small > 'f'))
            return false;
    }
    return true;
}

bool json_scanner::scan_number() noexcept
{
    const auto digits = [this] {
        const char* const begin = at_;
        while (at_ != end_ && is_digit(*at_))
            ++at_;
        return at_ != begin;
    };
    if (*at_ == '-')
        ++at_;
    if (at_ != end_ && *at_ == '0')
        ++at_;
    else if (!digits())
        return false;
    if (at_ != end_ && *at_ == '.') {
        ++at_;
        if (!digits())
            return false;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
        ++at_;
        if (at_ != end_ && (*at_ == '+' || *at_ == '-'))
            ++at_;
        return digits();
    }
    return true;
}

} // namespace chatd::socketio
