#include "json_file.hpp"

#include "kinds.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace chatd::config {
namespace {

using json = nlohmann::ordered_json;

std::string text_of(const json& value)
{
    return value.is_string() ? value.get<std::string>() : value.dump();
}

file_entry to_entry(std::string path, const json& value)
{
    if (value.is_string())
        return {std::move(path), json_text, text_of(value)};
    if (value.is_number())
        return {std::move(path), json_number, text_of(value)};
    if (value.is_boolean())
        return {std::move(path), json_boolean, text_of(value)};
    file_entry entry{std::move(path), json_list, {}};
    for (const auto& item : value) {
        if (item.is_structured())
            entry.form = 0;
        entry.text += (entry.text.empty() ? "" : ",") + text_of(item);
    }
    return entry;
}

void flatten(std::vector<file_entry>& out, const std::string& prefix, const json& object)
{
    for (const auto& [name, value] : object.items()) {
        auto path = prefix.empty() ? name : prefix + '.' + name;
        if (value.is_object())
            flatten(out, path, value);
        else if (!value.is_null())
            out.push_back(to_entry(std::move(path), value));
    }
}

} // namespace

result<std::vector<file_entry>> read_json_text(const std::string& text)
{
    std::vector<file_entry> entries;
    try {
        const auto document = json::parse(text);
        if (!document.is_object())
            return error(errc::invalid, "is not a JSON object");
        flatten(entries, {}, document);
    } catch (const json::exception& e) {
        return error(errc::invalid, e.what());
    }
    return entries;
}

result<std::vector<file_entry>> read_json_file(const std::string& name)
{
    std::ifstream in(name, std::ios::binary);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf()))
        return error(errc::invalid, std::string("cannot be read: ") + std::strerror(errno));
    return read_json_text(text.str());
}

} // namespace chatd::config
