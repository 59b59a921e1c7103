#include <chatd/base/clock.hpp>

#include <array>

namespace chatd {
namespace {

using std::chrono::milliseconds;

void put_digits(char* to, int count, unsigned value) noexcept
{
    while (count-- > 0) {
        to[count] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

/// Reads the fields of a date-time from left to right; any failure sticks.
class cursor {
  public:
    explicit cursor(std::string_view text) noexcept : rest_(text) {}

    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

    int digits(std::size_t count) noexcept
    {
        if (rest_.size() < count)
            return fail();
        int value = 0;
        for (const char c : rest_.substr(0, count)) {
            if (c < '0' || c > '9')
                return fail();
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }
    bool skip(char c) noexcept
    {
        if (rest_.empty() || rest_.front() != c)
            return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char c) noexcept
    {
        if (!skip(c))
            fail();
    }
    /// One to nine decimals as milliseconds, the rest cut off.
    int decimals() noexcept
    {
        int value = 0;
        int seen = 0;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
            if (++seen <= 3)
                value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (seen == 0 || seen > 9)
            return fail();
        for (; seen < 3; ++seen)
            value *= 10;
        return value;
    }
    int fail() noexcept
    {
        ok_ = false;
        return 0;
    }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

timestamp read_date(cursor& in) noexcept
{
    const int year = in.digits(4);
    in.expect('-');
    const int month = in.digits(2);
    in.expect('-');
    const int day = in.digits(2);
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) {
        in.fail();
        return {};
    }
    return std::chrono::sys_days(date);
}

milliseconds read_time(cursor& in) noexcept
{
    const int hour = in.digits(2);
    in.expect(':');
    const int minute = in.digits(2);
    const int second = in.skip(':') ? in.digits(2) : 0;
    const int millis = in.skip('.') ? in.decimals() : 0;
    if (hour > 23 || minute > 59 || second > 59)
        in.fail();
    return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
           milliseconds(millis);
}

std::chrono::minutes read_offset(cursor& in) noexcept
{
    if (in.skip('Z') || in.skip('z'))
        return {};
    const bool west = in.skip('-');
    if (!west)
        in.expect('+');
    const int hours = in.digits(2);
    in.skip(':');
    const int minutes = in.digits(2);
    if (hours > 23 || minutes > 59)
        in.fail();
    const auto offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return west ? -offset : offset;
}

} // namespace

timestamp system_clock::now() const noexcept
{
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

void append_iso8601(std::string& out, timestamp t)
{
    const auto day = std::chrono::floor<std::chrono::days>(t);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(t - day);
    std::array<char, 24> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                              '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
    put_digits(text.data(), 4, static_cast<unsigned>(static_cast<int>(date.year())));
    put_digits(&text[5], 2, static_cast<unsigned>(date.month()));
    put_digits(&text[8], 2, static_cast<unsigned>(date.day()));
    put_digits(&text[11], 2, static_cast<unsigned>(time.hours().count()));
    put_digits(&text[14], 2, static_cast<unsigned>(time.minutes().count()));
    put_digits(&text[17], 2, static_cast<unsigned>(time.seconds().count()));
    put_digits(&text[20], 3, static_cast<unsigned>(time.subseconds().count()));
    out.append(text.data(), text.size());
}

std::string to_iso8601(timestamp t)
{
    std::string text;
    append_iso8601(text, t);
    return text;
}

bool from_iso8601(std::string_view text, timestamp& out) noexcept
{
    cursor in(text);
    timestamp t = read_date(in);
    if (in.ok() && !in.at_end()) {
        if (!in.skip('T') && !in.skip('t') && !in.skip(' '))
            return false;
        t += read_time(in);
        t -= read_offset(in);
    }
    if (!in.ok() || !in.at_end())
        return false;
    out = t;
    return true;
}

} // namespace chatd
