#pragma once

#include <chatd/http/request.hpp>
#include <chatd/http/response.hpp>

#include <string>

namespace chatd::api {

/// The default header set of helmet 8 with the exceptions of contract section 1. The blocks are built once;
/// an answer only refers to one of them. Lives as long as the process serves.
class security_headers {
  public:
    security_headers();
    /// Gives `out` the block that fits the request: HTTPS or not, cross-origin resources, pages with a policy
    /// of their own.
    void decorate(const http::request& r, http::response& out) const;

  private:
    struct blocks {
        std::string ordinary, cross_origin, own_policy;
    };
    [[nodiscard]] static blocks build(bool https);

    blocks plain_, secure_;
};

} // namespace chatd::api
