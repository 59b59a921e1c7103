#include "metrics_text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace chatd::app {

void metrics_text::family(std::string_view name, std::string_view type, std::string_view help)
{
    fmt::format_to(std::back_inserter(out_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void metrics_text::sample(std::string_view name, std::string_view labels, double value)
{
    if (labels.empty())
        fmt::format_to(std::back_inserter(out_), "{} {}\n", name, value);
    else
        fmt::format_to(std::back_inserter(out_), "{}{{{}}} {}\n", name, labels, value);
}

void metrics_text::single(std::string_view name, std::string_view type, std::string_view help, double value)
{
    family(name, type, help);
    sample(name, {}, value);
}

void metrics_text::histogram_of(std::string_view name, std::string_view labels, const histogram& h)
{
    buckets(name, labels, histogram::bounds, h.counts(), h.sum());
}

void metrics_text::buckets(std::string_view name, std::string_view labels, std::span<const double> bounds_s,
                           std::span<const std::uint64_t> counts, double sum_s)
{
    const std::string comma = labels.empty() ? "" : ",";
    const auto bucket = std::string(name) + "_bucket";
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        total += counts[i];
        const auto bound = i < bounds_s.size() ? fmt::format("{}", bounds_s[i]) : std::string("+Inf");
        sample(bucket, fmt::format("{}{}le=\"{}\"", labels, comma, bound), static_cast<double>(total));
    }
    sample(std::string(name) + "_sum", labels, sum_s);
    sample(std::string(name) + "_count", labels, static_cast<double>(total));
}

std::string metrics_text::label(std::string_view name, std::string_view value)
{
    std::string out(name);
    out += "=\"";
    for (const char c : value) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out += '"';
}

} // namespace chatd::app
