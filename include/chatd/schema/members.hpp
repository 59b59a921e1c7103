#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chatd::schema {

/// One property of an object's JSON Schema.
struct member {
    std::string name;
    bool required = false;
    std::string schema; ///< JSON Schema of the property
};

/// The properties of an object schema, as query parameters are documented one by one. Requires: what
/// describe() gave.
[[nodiscard]] std::vector<member> members_of(std::string_view object_schema);

} // namespace chatd::schema
