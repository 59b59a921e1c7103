#include "health.hpp"

#include <chatd/app/version.hpp>
#include <chatd/base/clock.hpp>
#include <chatd/base/json_writer.hpp>

namespace chatd::app {
namespace {

constexpr std::string_view health_schema = R"({
  "type": "object", "required": ["status", "timestamp", "uptime", "version", "services"],
  "properties": {
    "status": {"enum": ["OK", "DEGRADED", "ERROR"]}, "timestamp": {"type": "string", "format": "date-time"},
    "uptime": {"type": "number"}, "version": {"type": "string"}, "services": {"$ref": "#/components/schemas/Services"}}
})";
constexpr std::string_view services_schema = R"({
  "type": "object", "required": ["database", "redis", "rabbitmq"],
  "additionalProperties": {"enum": ["Healthy", "Unhealthy", "Disabled"]}
})";
constexpr std::string_view api_health_schema = R"({
  "type": "object", "required": ["success", "status", "message", "timestamp", "environment", "services"],
  "properties": {
    "success": {"type": "boolean"}, "status": {"type": "string"}, "message": {"type": "string"},
    "timestamp": {"type": "string", "format": "date-time"}, "environment": {"type": "string"},
    "services": {"$ref": "#/components/schemas/Services"}}
})";
constexpr std::string_view probe_schema = R"({
  "type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}
})";

api::reply page(std::uint16_t status, std::string body)
{
    api::reply r;
    r.status = status;
    r.bare = std::move(body);
    return r;
}

constexpr sql::statement probe{"health_probe", "SELECT 1"};

result<std::optional<bool>> probe_blocking(sql::connection& db)
{
    return db.first(probe, {}, [](const sql::row&) { return true; });
}

std::string status_text(std::string_view status)
{
    return R"({"status":")" + std::string(status) + "\"}";
}

} // namespace

health::health(sql::database& db, std::string environment) : db_(db), environment_(std::move(environment)) {}

void health::add_routes(api::route_table& routes)
{
    routes.component("Services", services_schema);
    routes.component("Health", health_schema);
    routes.component("ApiHealth", api_health_schema);
    routes.component("Probe", probe_schema);

    auto add = [&](std::string path, std::string_view summary, std::string_view schema,
                   api::outcome (health::*make)()) {
        routes.add(http::method::get, std::move(path), "Operations", summary)
            .open_to(api::access::anyone)
            .counted_as(api::limit::none)
            .answers(200, schema)
            .answers(503, schema)
            .run([this, make](api::incoming&) -> api::prepared { return (this->*make)(); });
    };
    add("/health", "Health of the process and the services it leans on", "Health", &health::health_page);
    add("/api/health", "The same in the envelope of older clients", "ApiHealth", &health::api_health_page);
    add("/readyz", "May this process be sent traffic?", "Probe", &health::ready_page);
    routes.add(http::method::get, "/livez", "Operations", "Is the process alive?")
        .open_to(api::access::anyone)
        .counted_as(api::limit::none)
        .answers(200, "Probe")
        .run([](api::incoming&) -> api::prepared { return api::answer_now(page(200, status_text("ok"))); });
}

async::task<bool> health::database_is_up()
{
    const auto now = std::chrono::steady_clock::now();
    if (now - probed_ < std::chrono::seconds(1))
        co_return probe_&& db_.healthy();
    probed_ = now;
    const auto asked = co_await db_.run(sql::access::read, probe_blocking);
    probe_ = static_cast<bool>(asked);
    co_return probe_&& db_.healthy();
}

std::string health::services(bool database_up) const
{
    json_writer w;
    w.begin_object().field("database", database_up ? "Healthy" : "Unhealthy");
    return std::move(w.field("redis", "Disabled").field("rabbitmq", "Disabled").end_object()).take();
}

api::outcome health::health_page()
{
    const bool up = co_await database_is_up();
    const auto uptime = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    json_writer w;
    w.begin_object().field("status", up ? "OK" : "ERROR").field("timestamp", system_clock{}.now());
    w.field("uptime", uptime).field("version", version).raw_field("services", services(up)).end_object();
    co_return page(up ? 200 : 503, std::move(w).take());
}

api::outcome health::api_health_page()
{
    const bool up = co_await database_is_up();
    json_writer w;
    w.begin_object().field("success", up).field("status", up ? "ok" : "error");
    w.field("message", up ? "Server is running" : "Server is running without its database");
    w.field("timestamp", system_clock{}.now()).field("environment", environment_);
    w.raw_field("services", services(up)).end_object();
    co_return page(up ? 200 : 503, std::move(w).take());
}

api::outcome health::ready_page()
{
    const bool up = !stopping_ && co_await database_is_up();
    co_return page(up ? 200 : 503, status_text(up ? "ready" : stopping_ ? "stopping" : "unavailable"));
}

} // namespace chatd::app
