#pragma once

#include <chatd/http/exchange.hpp>

namespace chatd::app {

/// Answers GET and HEAD of an embedded file (the pages, Swagger UI, the Socket.IO client, openapi.yaml);
/// false when the path is none of them. With ETag and If-None-Match. I/O thread.
[[nodiscard]] bool serve_asset(http::exchange& e);

} // namespace chatd::app
