#pragma once

#include "histogram.hpp"

#include <concepts>
#include <string>
#include <string_view>

namespace load {

/// The result of one run, printed as one JSON line. Keys are plain identifiers, texts need no escaping.
class report {
  public:
    explicit report(std::string_view mode);

    void add(std::string_view key, double value);
    void add(std::string_view key, std::integral auto value) { add_raw(key, std::to_string(value)); }
    void add(std::string_view key, std::string_view text);

    /// Adds `<key>_p50_ms`, `_p90_ms`, `_p99_ms` and `_max_ms`.
    void add_latency(std::string_view key, const histogram& latencies);

    /// Marks the run as void and says why; later reasons are appended.
    void fail(std::string_view reason);

    bool ok() const { return failure_.empty(); }
    std::string line() const;

  private:
    void add_raw(std::string_view key, std::string_view value);

    std::string fields_;
    std::string failure_;
};

} // namespace load
