#include <chatd/schema/members.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace chatd::schema {

std::vector<member> members_of(std::string_view object_schema)
{
    const auto shape = nlohmann::ordered_json::parse(object_schema);
    const auto required = shape.value("required", nlohmann::ordered_json::array());
    std::vector<member> all;
    if (!shape.contains("properties"))
        return all;
    for (const auto& [name, property] : shape["properties"].items())
        all.push_back(
            {name, std::find(required.begin(), required.end(), name) != required.end(), property.dump()});
    return all;
}

} // namespace chatd::schema
