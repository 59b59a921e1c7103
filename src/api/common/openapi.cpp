#include <chatd/api/openapi.hpp>
#include <chatd/base/json_writer.hpp>
#include <chatd/base/text.hpp>
#include <chatd/http/response.hpp>
#include <chatd/schema/members.hpp>
#include <chatd/schema/yaml.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::api {
namespace {

/// "/api/messages/:id/read" → "/api/messages/{id}/read"
std::string template_of(std::string_view pattern, std::vector<std::string>& names)
{
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != ':') {
            out += pattern[i];
            continue;
        }
        const auto end = std::min(pattern.find('/', i), pattern.size());
        names.emplace_back(pattern.substr(i + 1, end - i - 1));
        out += '{' + names.back() + '}';
        i = end - 1;
    }
    return out;
}

void write_parameters(json_writer& w, const route& r, const std::vector<std::string>& path_names)
{
    const auto query = r.input_from_query() && !r.input_schema.empty() ? schema::members_of(r.input_schema)
                                                                       : std::vector<schema::member>{};
    if (path_names.empty() && query.empty())
        return;
    w.key("parameters").begin_array();
    for (const auto& name : path_names) {
        w.begin_object().field("name", name).field("in", "path").field("required", true);
        w.raw_field("schema", R"({"type":"string","maxLength":64})").end_object();
    }
    for (const auto& m : query) {
        w.begin_object().field("name", m.name).field("in", "query").field("required", m.required);
        w.raw_field("schema", m.schema).end_object();
    }
    w.end_array();
}

void write_answer(json_writer& w, std::uint16_t status, std::string_view component,
                  std::string_view content_type)
{
    w.key(std::to_string(status)).begin_object().field("description", http::reason_phrase(status));
    if (!component.empty()) {
        w.key("content").begin_object().key(content_type).begin_object().key("schema").begin_object();
        w.field("$ref", "#/components/schemas/" + std::string(component));
        w.end_object().end_object().end_object();
    }
    w.end_object();
}

/// What every route may answer besides its own rows.
std::map<std::uint16_t, std::string_view> answers_of(const route& r)
{
    std::map<std::uint16_t, std::string_view> all;
    if (!r.input_schema.empty())
        all[400] = "Error";
    if (!r.input_schema.empty() && !r.input_from_query())
        all[413] = all[415] = "Error";
    if (r.who != access::anyone)
        all[401] = "Error";
    if (r.who == access::admin)
        all[403] = "Error";
    if (r.counted != limit::none)
        all[429] = all[500] = all[503] = "Error";
    if (r.pattern.find(':') != std::string::npos)
        all[404] = "Error";
    for (const auto& a : r.answers)
        all[a.status] = a.schema;
    return all;
}

void write_operation(json_writer& w, const route& r, const std::vector<std::string>& path_names)
{
    w.key(text::to_lower_ascii(http::to_string(r.verb))).begin_object();
    w.key("tags").begin_array().value(r.tag).end_array().field("summary", r.summary);
    if (r.who == access::anyone)
        w.key("security").begin_array().end_array();
    write_parameters(w, r, path_names);
    if (!r.input_schema.empty() && !r.input_from_query()) {
        w.key("requestBody").begin_object().field("required", !r.body_optional);
        w.key("content")
            .begin_object()
            .key("application/json")
            .begin_object()
            .raw_field("schema", r.input_schema);
        w.end_object().end_object().end_object();
    }
    w.key("responses").begin_object();
    for (const auto& [status, component] : answers_of(r))
        write_answer(w, status, component, status < 400 ? r.content_type : "application/json");
    w.end_object().end_object();
}

} // namespace

std::string openapi_document(const route_table& routes)
{
    json_writer w;
    w.begin_object().field("openapi", "3.1.0");
    w.key("info").begin_object().field("title", "chatd").field("version", "1.0.0");
    w.field("description", "Chat over REST; live events run over Socket.IO at /socket.io/.");
    w.key("license").begin_object().field("name", "MIT").field("identifier", "MIT").end_object().end_object();
    w.key("servers").begin_array().begin_object().field("url", "/").end_object().end_array();
    w.key("security")
        .begin_array()
        .begin_object()
        .key("bearer")
        .begin_array()
        .end_array()
        .end_object()
        .end_array();

    // One path may have rows in several places of the table.
    std::vector<std::string> order;
    std::map<std::string, std::vector<const route*>> by_path;
    std::map<std::string, std::vector<std::string>> path_names;
    for (const auto& r : routes.rows()) {
        std::vector<std::string> names;
        auto path = template_of(r.pattern, names);
        if (by_path[path].empty())
            order.push_back(path);
        by_path[path].push_back(&r);
        path_names[path] = std::move(names);
    }
    w.key("paths").begin_object();
    for (const auto& path : order) {
        w.key(path).begin_object();
        for (const auto* r : by_path[path])
            write_operation(w, *r, path_names[path]);
        w.end_object();
    }
    w.end_object().key("components").begin_object().key("securitySchemes").begin_object();
    w.raw_field("bearer", R"({"type":"http","scheme":"bearer","bearerFormat":"JWT"})").end_object();
    w.key("schemas").begin_object();
    for (const auto& [name, json] : routes.components())
        w.raw_field(name, json);
    w.end_object().end_object().end_object();
    return schema::to_yaml(w.str());
}

} // namespace chatd::api
