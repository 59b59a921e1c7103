#pragma once

#include <chatd/api/route_table.hpp>
#include <chatd/async/gate.hpp>
#include <chatd/base/histogram.hpp>
#include <chatd/chat/core.hpp>
#include <chatd/http/cors.hpp>
#include <chatd/http/exchange.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace chatd::api {

struct rest_options {
    http::cors::options cors;
};

/// What /metrics shows of one route.
struct route_stats {
    std::array<std::uint64_t, 6> by_class{}; ///< answers by status / 100
    histogram seconds;
};

/// The one way of a REST call: route → authenticate → rate limit → validate → handler → envelope → log. Rows
/// come from the route table; nothing here knows a product. I/O thread only.
class rest {
  public:
    /// The table must be complete and outlive *this.
    rest(chat::core& core, const route_table& routes, rest_options o);
    ~rest();

    /// Serves one request (http::handler).
    void handle(http::exchange_ptr e);
    /// Completes every answer of the process: request id, security headers, CORS
    /// (http::server_options::finish).
    void finish(const http::request& r, http::response& out) const;
    /// The contract's error body for what HTTP itself refuses (http::server_options::error_page).
    [[nodiscard]] http::response error_page(const http::request& r, std::uint16_t status) const;
    [[nodiscard]] const http::cors& cross_origin() const noexcept;

    /// Takes no more requests (503) and calls `drained` when those inside are answered.
    void close(std::function<void()> drained);
    [[nodiscard]] const std::vector<route_stats>& stats() const noexcept;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace chatd::api
