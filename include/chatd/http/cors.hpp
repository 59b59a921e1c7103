#pragma once

#include <chatd/http/request.hpp>
#include <chatd/http/response.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace chatd::http {

/// Cross-origin rules of contract section 1 ("CORS"), the same for REST, polling and WebSocket.
class cors {
  public:
    struct options {
        std::vector<std::string> origins{"*"}; ///< exact origins, or a single `*` (then without credentials)
        std::string methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
        std::string exposed_headers;
    };

    explicit cors(options o);

    /// True when a request with this Origin header value may be served (an empty origin always).
    [[nodiscard]] bool allows(std::string_view origin) const noexcept;
    /// Is this a preflight (OPTIONS with Origin and Access-Control-Request-Method)?
    [[nodiscard]] static bool is_preflight(const request& r) noexcept;
    [[nodiscard]] response preflight(const request& r) const;
    /// Adds the headers of an actual answer; none when the origin is not allowed. `Vary: Origin` with a list.
    void decorate(const request& r, response& out) const;

  private:
    options options_;
    bool any_ = false;
};

} // namespace chatd::http
