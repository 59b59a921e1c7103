#include <chatd/schema/yaml.hpp>

#include <nlohmann/json.hpp>

namespace chatd::schema {
namespace {

using json = nlohmann::ordered_json;

/// Plain scalars only for words that no YAML reader takes for something else; everything else is quoted as in
/// JSON, which is valid YAML.
bool is_plain(const std::string& s)
{
    static constexpr std::string_view reserved[] = {"true", "false", "null", "yes", "no",
                                                    "on",   "off",   "y",    "n"};
    if (s.empty() || !std::isalpha(static_cast<unsigned char>(s.front())) || s.back() == ' ')
        return false;
    for (const char c : s)
        if (!std::isalnum(static_cast<unsigned char>(c)) &&
            std::string_view("_-. /").find(c) == std::string_view::npos)
            return false;
    return std::find(std::begin(reserved), std::end(reserved), s) == std::end(reserved);
}

std::string scalar(const json& v)
{
    return v.is_string() && is_plain(v.get_ref<const std::string&>()) ? v.get<std::string>() : v.dump();
}

std::string name(const std::string& key)
{
    return is_plain(key) ? key : json(key).dump();
}

void write(std::string& out, const json& v, std::size_t indent)
{
    const std::string margin(indent, ' ');
    if (v.is_object()) {
        for (const auto& [key, member] : v.items()) {
            out += margin + name(key) + ':';
            if (member.is_structured() && !member.empty()) {
                out += '\n';
                write(out, member, indent + 2);
            } else {
                out += ' ' + scalar(member) + '\n';
            }
        }
        return;
    }
    for (const auto& item : v) {
        out += margin + '-';
        if (item.is_structured() && !item.empty()) {
            // The item's first line continues behind the dash.
            std::string block;
            write(block, item, indent + 2);
            out += ' ' + block.substr(indent + 2);
        } else {
            out += ' ' + scalar(item) + '\n';
        }
    }
}

} // namespace

std::string to_yaml(std::string_view text)
{
    std::string out;
    write(out, json::parse(text), 0);
    return out;
}

} // namespace chatd::schema
