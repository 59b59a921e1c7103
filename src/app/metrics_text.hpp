#pragma once

#include <chatd/base/histogram.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace chatd::app {

/// Appends the Prometheus text format 0.0.4.
class metrics_text {
  public:
    void gauge(std::string_view name, std::string_view help, double value)
    {
        single(name, "gauge", help, value);
    }
    void counter(std::string_view name, std::string_view help, double value)
    {
        single(name, "counter", help, value);
    }

    /// Starts a family whose samples carry labels.
    void family(std::string_view name, std::string_view type, std::string_view help);
    /// `labels`: `route="/api/x",status="2xx"`, values escaped by label().
    void sample(std::string_view name, std::string_view labels, double value);
    /// Buckets, sum and count of one labelled histogram; `labels` may be empty.
    void histogram_of(std::string_view name, std::string_view labels, const histogram& h);
    void buckets(std::string_view name, std::string_view labels, std::span<const double> bounds_s,
                 std::span<const std::uint64_t> counts, double sum_s);

    [[nodiscard]] static std::string label(std::string_view name, std::string_view value);
    [[nodiscard]] std::string take() && { return std::move(out_); }

  private:
    void single(std::string_view name, std::string_view type, std::string_view help, double value);

    std::string out_;
};

} // namespace chatd::app
