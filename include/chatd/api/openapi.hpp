#pragma once

#include <chatd/api/route_table.hpp>

#include <string>

namespace chatd::api {

/// openapi.yaml (OpenAPI 3.1), printed from the tables: it cannot say anything else than what is served.
[[nodiscard]] std::string openapi_document(const route_table& routes);

} // namespace chatd::api
