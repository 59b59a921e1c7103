#include <chatd/base/json_writer.hpp>
#include <chatd/base/log.hpp>
#include <chatd/base/text.hpp>

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

namespace chatd::log {
namespace {

constexpr std::size_t queue_lines = 8192;
constexpr std::size_t file_bytes = std::size_t{20} << 20;
constexpr std::size_t old_files = 4; // beside the one being written
constexpr auto flush_interval = std::chrono::seconds(1);

struct writer {
    std::string service;
    std::shared_ptr<spdlog::details::thread_pool> thread;
    std::shared_ptr<spdlog::async_logger> out;
};

std::unique_ptr<writer> current;
std::atomic<level> threshold{level::off};

constexpr std::array<std::string_view, 5> names{"debug", "info", "warn", "error", "off"};

spdlog::level::level_enum to_spdlog(level l) noexcept
{
    constexpr std::array levels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                spdlog::level::err, spdlog::level::off};
    return levels[static_cast<std::size_t>(l)];
}

std::vector<spdlog::sink_ptr> make_sinks(const options& o)
{
    std::vector<spdlog::sink_ptr> sinks;
    if (o.console)
        sinks.push_back(std::make_shared<spdlog::sinks::stdout_sink_mt>());
    if (o.directory.empty())
        return sinks;
    using file_sink = spdlog::sinks::rotating_file_sink_mt;
    sinks.push_back(std::make_shared<file_sink>(o.directory + "/combined.log", file_bytes, old_files));
    sinks.push_back(std::make_shared<file_sink>(o.directory + "/error.log", file_bytes, old_files));
    sinks.back()->set_level(spdlog::level::err);
    return sinks;
}

void append(json_writer& line, const field& f)
{
    line.key(f.key);
    std::visit(
        [&line](const auto& v) {
            if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string_view>)
                line.value(text::is_utf8(v) ? v : std::string_view("(not UTF-8)"));
            else
                line.value(v);
        },
        f.value);
}

} // namespace

void start(const options& o)
{
    stop();
    auto started = std::make_unique<writer>();
    started->service = o.service;
    started->thread = std::make_shared<spdlog::details::thread_pool>(queue_lines, 1);
    const auto sinks = make_sinks(o);
    started->out = std::make_shared<spdlog::async_logger>(
        "chatd", sinks.begin(), sinks.end(), started->thread, spdlog::async_overflow_policy::overrun_oldest);
    started->out->set_pattern("%v", spdlog::pattern_time_type::utc);
    started->out->set_level(spdlog::level::trace);
    started->out->flush_on(spdlog::level::warn);
    spdlog::register_logger(started->out);
    spdlog::flush_every(flush_interval);
    current = std::move(started);
    set_threshold(o.threshold);
}

void stop()
{
    set_threshold(level::off);
    if (!current)
        return;
    current->out->flush();
    spdlog::shutdown();
    current.reset();
}

void set_threshold(level l) noexcept
{
    threshold.store(l, std::memory_order_relaxed);
}

bool enabled(level l) noexcept
{
    return l >= threshold.load(std::memory_order_relaxed) && l != level::off;
}

bool parse_level(std::string_view name, level& out) noexcept
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (text::iequals_ascii(name, names[i])) {
            out = static_cast<level>(i);
            return true;
        }
    }
    return false;
}

void write(level l, std::string_view component, std::string_view message, fields f)
{
    if (!current || !enabled(l))
        return;
    json_writer line;
    line.reserve(256);
    line.begin_object();
    line.field("level", names[static_cast<std::size_t>(l)]);
    line.field("message", message);
    line.field("service", current->service);
    line.field("component", component);
    line.field("timestamp", system_clock().now());
    for (const auto& each : f)
        append(line, each);
    line.end_object();
    current->out->log(to_spdlog(l), spdlog::string_view_t(line.str()));
}

std::string mask_target(std::string_view target)
{
    constexpr std::array<std::string_view, 3> secret{"token", "sig", "access_token"};
    const auto query = target.find('?');
    if (query == std::string_view::npos)
        return std::string(target);
    std::string out(target.substr(0, query + 1));
    std::string_view rest = target.substr(query + 1);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        const auto pair = rest.substr(0, end);
        const auto equals = pair.find('=');
        const auto name = text::percent_decode(pair.substr(0, equals), true);
        const bool hide = equals != std::string_view::npos && name &&
                          std::any_of(secret.begin(), secret.end(),
                                      [&](std::string_view s) { return text::iequals_ascii(s, *name); });
        out += hide ? std::string(pair.substr(0, equals + 1)) + "***" : std::string(pair);
        if (end < rest.size())
            out += '&';
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
}

} // namespace chatd::log
