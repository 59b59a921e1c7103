#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatd {

/// Wall-clock time in milliseconds since 1970-01-01 UTC: what is stored and sent.
using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Source of wall-clock time; tests hand in a `manual_clock`. Callable from every thread.
class clock {
  public:
    virtual ~clock() = default;
    [[nodiscard]] virtual timestamp now() const noexcept = 0;
};

class system_clock final : public clock {
  public:
    [[nodiscard]] timestamp now() const noexcept override;
};

/// A clock that stands still until told otherwise. For tests.
class manual_clock final : public clock {
  public:
    explicit manual_clock(timestamp start) : now_(start) {}
    [[nodiscard]] timestamp now() const noexcept override { return now_; }
    void advance(std::chrono::milliseconds by) noexcept { now_ += by; }

  private:
    timestamp now_;
};

/// ISO 8601 UTC with milliseconds and `Z` (contract section 1), e.g. "2025-01-01T12:00:00.000Z".
/// Requires: a year from 0 to 9999.
[[nodiscard]] std::string to_iso8601(timestamp t);
void append_iso8601(std::string& out, timestamp t);

/// Reads a date (`2025-01-31`) or a date-time with `Z` or an offset. False when it is neither; `out` is
/// untouched.
[[nodiscard]] bool from_iso8601(std::string_view text, timestamp& out) noexcept;

[[nodiscard]] inline std::int64_t to_millis(timestamp t) noexcept
{
    return t.time_since_epoch().count();
}
[[nodiscard]] inline timestamp from_millis(std::int64_t ms) noexcept
{
    return timestamp{std::chrono::milliseconds{ms}};
}

} // namespace chatd
