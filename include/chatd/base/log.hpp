#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

/// Structured log: component, constant text, key=value fields. Lines are JSON (contract section 11), written
/// by a thread of its own from a bounded queue (8192 lines; the oldest are dropped). Callable from every
/// thread; never blocks.
namespace chatd::log {

enum class level { debug, info, warn, error, off };

struct field {
    std::string_view key;
    std::variant<std::string_view, std::int64_t, double, bool> value;

    field(std::string_view k, std::string_view v) : key(k), value(v) {}
    field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
    field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
    field(std::string_view k, bool v) : key(k), value(v) {}
    field(std::string_view k, double v) : key(k), value(v) {}
    template <class Integer>
        requires std::is_integral_v<Integer>
    field(std::string_view k, Integer v) : key(k), value(static_cast<std::int64_t>(v))
    {
    }
};
using fields = std::initializer_list<field>;

struct options {
    level threshold = level::info;
    bool console = true;
    /// Folder for combined.log and error.log (20 MB × 5 each, rotated); empty: no files.
    std::string directory;
    std::string service = "chatd";
};

/// Starts the writer; before it (unit tests) lines go nowhere. Not thread-safe against other calls.
void start(const options& o);
/// Writes what is queued and stops the writer.
void stop();
void set_threshold(level l) noexcept;
[[nodiscard]] bool enabled(level l) noexcept;
/// "debug", "info", "warn", "error", "off"; false for anything else.
[[nodiscard]] bool parse_level(std::string_view name, level& out) noexcept;

void write(level l, std::string_view component, std::string_view message, fields f = {});

inline void debug(std::string_view component, std::string_view message, fields f = {})
{
    if (enabled(level::debug))
        write(level::debug, component, message, f);
}
inline void info(std::string_view component, std::string_view message, fields f = {})
{
    if (enabled(level::info))
        write(level::info, component, message, f);
}
inline void warn(std::string_view component, std::string_view message, fields f = {})
{
    if (enabled(level::warn))
        write(level::warn, component, message, f);
}
inline void error(std::string_view component, std::string_view message, fields f = {})
{
    if (enabled(level::error))
        write(level::error, component, message, f);
}

/// `token`, `sig` and `access_token` values of a request target replaced by `***`, for logs.
[[nodiscard]] std::string mask_target(std::string_view target);

} // namespace chatd::log
