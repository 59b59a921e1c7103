#pragma once

#include <chatd/api/route_table.hpp>
#include <chatd/base/result.hpp>
#include <chatd/chat/core.hpp>
#include <chatd/http/request.hpp>
#include <chatd/http/response.hpp>

#include <optional>
#include <string_view>

namespace chatd::api {

/// `RateLimit-*` and `X-RateLimit-*` of the limit that counted a request; nothing when none did.
struct limit_headers {
    std::optional<chat::rate_verdict> counted;

    void write(http::response& out) const;
};

/// Request limits of contract section 1: which requests count, under which key. The counters are the core's.
class rest_limits {
  public:
    explicit rest_limits(chat::core& core) : core_(core) {}

    /// rate_limited above a maximum; fills `out` either way.
    result<void> admit(const http::request& r, limit which, std::string_view user_id, limit_headers& out);

  private:
    chat::core& core_;
};

} // namespace chatd::api
