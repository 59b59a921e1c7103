#pragma once

#include <chatd/api/rest.hpp>
#include <chatd/api/route_table.hpp>
#include <chatd/api/socket_gateway.hpp>
#include <chatd/async/thread_pool.hpp>
#include <chatd/chat/core.hpp>
#include <chatd/config/settings.hpp>
#include <chatd/engineio/server.hpp>
#include <chatd/http/client_address.hpp>
#include <chatd/http/server.hpp>
#include <chatd/socketio/server.hpp>
#include <chatd/sql/database.hpp>

#include <string>

namespace chatd::app {

/// Everything that /metrics shows, borrowed.
struct metric_sources {
    const http::server& http;
    const engineio::server& engine;
    const socketio::server& sockets;
    const socketio::name_space& ns;
    const api::route_table& routes;
    const api::rest& rest;
    const api::socket_gateway& gateway;
    const chat::core& core;
    const async::thread_pool& hashing;
    const sql::database& database;
};

/// Who may read /metrics: callers in `metrics.allow` by TCP peer, unless a proxy forwards them, or with the
/// token.
class metrics_access {
  public:
    explicit metrics_access(const config::settings& s);
    [[nodiscard]] bool allows(const http::request& r) const;

  private:
    http::network_list allowed_;
    std::string token_;
};

/// Prometheus text format 0.0.4. I/O thread.
[[nodiscard]] std::string render_metrics(const metric_sources& from);

} // namespace chatd::app
