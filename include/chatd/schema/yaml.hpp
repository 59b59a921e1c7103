#pragma once

#include <string>
#include <string_view>

namespace chatd::schema {

/// The JSON document as block-style YAML 1.2, keys in their order. Requires: valid JSON.
[[nodiscard]] std::string to_yaml(std::string_view json);

} // namespace chatd::schema
