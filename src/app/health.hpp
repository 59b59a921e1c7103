#pragma once

#include <chatd/api/route_table.hpp>
#include <chatd/async/task.hpp>
#include <chatd/sql/database.hpp>

#include <chrono>
#include <string>

namespace chatd::app {

/// `/health`, `/api/health`, `/livez`, `/readyz` (contract section 11). The database is really asked, at most
/// once per second however many ask for its health. I/O thread.
class health {
  public:
    health(sql::database& db, std::string environment);

    /// Adds the routes. *this outlives the table's use.
    void add_routes(api::route_table& routes);
    /// From now on `/readyz` says 503: stopping.
    void set_stopping() noexcept { stopping_ = true; }

  private:
    async::task<bool> database_is_up();
    api::outcome health_page();
    api::outcome api_health_page();
    api::outcome ready_page();
    [[nodiscard]] std::string services(bool database_up) const;

    sql::database& db_;
    std::string environment_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point probed_{};
    bool probe_ = false;
    bool stopping_ = false;
};

} // namespace chatd::app
