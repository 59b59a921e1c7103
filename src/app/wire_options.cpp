#include "wire_options.hpp"

namespace chatd::app {
namespace {

/// Above this for ten seconds a socket is a flood (contract section 1, socket limits).
constexpr std::size_t flood_packets_per_second = 200;

} // namespace

std::vector<http::listener_options> listeners(const config::settings& s)
{
    const bool everywhere = !s.tls.certificate.empty() && s.tls.port == 0;
    std::vector<http::listener_options> all;
    for (const auto port : s.http.port)
        all.push_back({.host = s.http.host,
                       .port = port,
                       .tls_certificate = everywhere ? s.tls.certificate : "",
                       .tls_key = everywhere ? s.tls.key : ""});
    if (!s.tls.certificate.empty() && s.tls.port != 0)
        all.push_back({.host = s.http.host,
                       .port = s.tls.port,
                       .tls_certificate = s.tls.certificate,
                       .tls_key = s.tls.key});
    return all;
}

http::server_options http_options(const config::settings& s, const api::rest& r)
{
    http::server_options o;
    o.listeners = listeners(s);
    o.max_body = std::max(s.http.max_body, s.socketio.max_payload);
    o.header_timeout = s.http.header_timeout;
    o.body_timeout = s.http.body_timeout;
    o.max_connections_per_ip = s.http.max_connections_per_ip;
    o.trusted_proxies = s.trusted_proxies;
    o.finish = [&r](const http::request& request, http::response& out) { r.finish(request, out); };
    o.error_page = [&r](const http::request& request, std::uint16_t status) {
        return r.error_page(request, status);
    };
    return o;
}

engineio::server_options engine_options(const config::settings& s, const http::cors& c)
{
    engineio::server_options o;
    o.heartbeat = {s.socketio.ping_interval, s.socketio.ping_timeout};
    for (const auto& h : s.socketio.port_heartbeats)
        o.heartbeat_by_port[h.port] = {h.interval, h.timeout};
    o.max_payload = s.socketio.max_payload;
    o.send_budget = s.socketio.send_budget;
    o.allow_origin = [&c](const http::request& r) { return c.allows(r.header("origin")); };
    return o;
}

socketio::server_options socket_options(const config::settings& s, const chat::core& core)
{
    socketio::server_options o;
    o.connect_timeout = s.socketio.connect_timeout;
    o.recovery = {s.recovery.enabled, s.recovery.window, s.recovery.max_bytes, s.recovery.replay_delay};
    o.issue_pid = [&core](const socketio::socket& socket) { return api::issue_pid(core, socket); };
    o.max_packets_per_second = s.limits.enabled ? flood_packets_per_second : 0;
    return o;
}

api::rest_options rest_options(const config::settings& s)
{
    api::rest_options o;
    o.cors.origins = s.cors.origins;
    return o;
}

api::socket_gateway_options gateway_options(const config::settings& s)
{
    return {.limits_enabled = s.limits.enabled,
            .event_rate = static_cast<double>(s.limits.socket_rate),
            .event_burst = static_cast<double>(s.limits.socket_burst),
            .typing_rate = static_cast<double>(s.limits.typing_rate)};
}

} // namespace chatd::app
