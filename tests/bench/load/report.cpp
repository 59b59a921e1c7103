#include "report.hpp"

#include <array>
#include <cstdio>

namespace load {

namespace {

double to_milliseconds(nanoseconds span)
{
    return std::chrono::duration<double, std::milli>(span).count();
}

} // namespace

report::report(std::string_view mode)
{
    add("mode", mode);
}

void report::add(std::string_view key, double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.6g", value);
    add_raw(key, text.data());
}

void report::add(std::string_view key, std::string_view text)
{
    add_raw(key, '"' + std::string(text) + '"');
}

void report::add_latency(std::string_view key, const histogram& latencies)
{
    const std::string name(key);
    add(name + "_p50_ms", to_milliseconds(latencies.quantile(0.5)));
    add(name + "_p90_ms", to_milliseconds(latencies.quantile(0.9)));
    add(name + "_p99_ms", to_milliseconds(latencies.quantile(0.99)));
    add(name + "_max_ms", to_milliseconds(latencies.max()));
}

void report::fail(std::string_view reason)
{
    if (!failure_.empty())
        failure_ += "; ";
    failure_ += reason;
}

std::string report::line() const
{
    std::string line = "{" + fields_;
    line += ok() ? ",\"ok\":true" : ",\"ok\":false,\"failure\":\"" + failure_ + '"';
    return line + "}\n";
}

void report::add_raw(std::string_view key, std::string_view value)
{
    if (!fields_.empty())
        fields_ += ',';
    fields_.append(1, '"').append(key).append("\":").append(value);
}

} // namespace load
