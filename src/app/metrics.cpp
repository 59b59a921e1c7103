#include "metrics.hpp"

#include "metrics_text.hpp"

#include <chatd/security/hash.hpp>

#include <array>
#include <malloc.h>
#include <string_view>

namespace chatd::app {
namespace {

double number(auto n)
{
    return static_cast<double>(n);
}

void render_wire(metrics_text& out, const metric_sources& from)
{
    const auto& h = from.http.stats();
    out.counter("chatd_http_connections_total", "TCP connections accepted", number(h.accepted));
    out.gauge("chatd_http_connections", "Open HTTP connections, upgraded ones not included",
              number(h.open_connections));
    out.counter("chatd_http_requests_total", "HTTP requests read", number(h.requests));
    out.counter("chatd_http_received_bytes_total", "Bytes of HTTP requests", number(h.bytes_in));
    out.counter("chatd_http_sent_bytes_total", "Bytes of HTTP answers", number(h.bytes_out));

    const auto& e = from.engine.stats();
    out.family("chatd_engineio_sessions", "gauge", "Open Engine.IO sessions by transport");
    out.sample("chatd_engineio_sessions", R"(transport="polling")", number(e.polling));
    out.sample("chatd_engineio_sessions", R"(transport="websocket")", number(e.websocket));
    out.counter("chatd_engineio_sessions_total", "Engine.IO sessions opened", number(e.opened));
    out.counter("chatd_engineio_upgrades_total", "Sessions that moved to WebSocket", number(e.upgraded));
    out.counter("chatd_engineio_refused_total", "Requests answered with an Engine.IO error",
                number(e.refused));
    out.counter("chatd_engineio_ping_timeouts_total", "Sessions that fell silent", number(e.ping_timeouts));
    out.counter("chatd_websocket_received_bytes_total", "Bytes received over WebSocket",
                number(e.wire.bytes_in));
    out.counter("chatd_websocket_sent_bytes_total", "Bytes sent over WebSocket", number(e.wire.bytes_out));
    out.counter("chatd_dropped_frames_total", "Volatile frames dropped for slow readers",
                number(e.wire.dropped_volatile + e.dropped_volatile));
    out.counter("chatd_slow_connections_closed_total", "Connections reset because they did not read",
                number(e.wire.closed_slow + e.over_budget));
}

/// Names that only clients made up are one series together: a label never says what a client sent.
void render_event_counts(metrics_text& out, const auto& events, const auto& handled)
{
    std::uint64_t unhandled = 0;
    out.family("chatd_events_in_total", "counter", "Client events by name; unknown ones are `other`");
    for (const auto& [name, counts] : events) {
        if (handled.contains(name))
            out.sample("chatd_events_in_total", metrics_text::label("event", name), number(counts.in));
        else
            unhandled += counts.in;
    }
    out.sample("chatd_events_in_total", metrics_text::label("event", "other"), number(unhandled));
    out.family("chatd_events_out_total", "counter", "Deliveries of server events by name, one per socket");
    for (const auto& [name, counts] : events)
        if (counts.out > 0)
            out.sample("chatd_events_out_total", metrics_text::label("event", name), number(counts.out));
}

void render_sockets(metrics_text& out, const metric_sources& from)
{
    const auto& s = from.sockets.stats();
    out.gauge("chatd_socketio_sockets", "Connected Socket.IO sockets", number(from.ns.socket_count()));
    out.gauge("chatd_socketio_rooms", "Rooms with at least one socket", number(from.ns.room_count()));
    out.gauge("chatd_users_online", "Users with at least one socket",
              number(from.core.online.online_count()));
    out.counter("chatd_socketio_connects_total", "CONNECTs accepted", number(s.connects));
    out.counter("chatd_socketio_connect_errors_total", "CONNECTs refused", number(s.connect_errors));
    out.counter("chatd_socketio_recovered_total", "Sockets recovered", number(s.recovered));
    out.counter("chatd_socketio_recovery_failed_total", "Recoveries that became new sockets",
                number(s.recovery_failed));
    out.counter("chatd_socketio_replayed_packets_total", "Packets replayed at recovery",
                number(s.replayed_packets));
    out.counter("chatd_socketio_parse_errors_total", "Packets that could not be read",
                number(s.parse_errors));
    out.counter("chatd_socketio_floods_total", "Transports closed for too many packets", number(s.floods));
    out.gauge("chatd_recovery_log_bytes", "Bytes kept for recovery", number(s.recovery_log_bytes));
    render_event_counts(out, s.events, from.gateway.stats());
    out.family("chatd_event_failures_total", "counter", "Client events that were answered with an error");
    for (const auto& [name, stats] : from.gateway.stats())
        out.sample("chatd_event_failures_total", metrics_text::label("event", name), number(stats.failed));
    out.family("chatd_event_duration_seconds", "histogram", "From validated event to acknowledgement");
    for (const auto& [name, stats] : from.gateway.stats())
        out.histogram_of("chatd_event_duration_seconds", metrics_text::label("event", name), stats.seconds);
}

std::string route_labels(const metric_sources& from, std::size_t index)
{
    if (index >= from.routes.rows().size())
        return R"(method="",route="none")";
    const auto& row = from.routes.rows()[index];
    return metrics_text::label("method", http::to_string(row.verb)) + ',' +
           metrics_text::label("route", row.pattern);
}

void render_routes(metrics_text& out, const metric_sources& from)
{
    const auto& all = from.rest.stats();
    out.family("chatd_http_answers_total", "counter", "Answers by route and class of status");
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t c = 2; c < all[i].by_class.size(); ++c)
            if (all[i].by_class[c] != 0)
                out.sample("chatd_http_answers_total",
                           route_labels(from, i) + ",status=\"" + std::to_string(c) + "xx\"",
                           number(all[i].by_class[c]));
    out.family("chatd_http_request_duration_seconds", "histogram", "From parsed request to answer");
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].seconds.total() != 0)
            out.histogram_of("chatd_http_request_duration_seconds", route_labels(from, i), all[i].seconds);
}

void render_histogram(metrics_text& out, std::string_view name, std::string_view help,
                      const sql::histogram& h)
{
    std::array<double, sql::histogram::bounds_us.size()> bounds{};
    for (std::size_t i = 0; i < bounds.size(); ++i)
        bounds[i] = number(sql::histogram::bounds_us[i]) / 1e6;
    out.family(name, "histogram", help);
    out.buckets(name, {}, bounds, h.counts, number(h.total_us) / 1e6);
}

void render_store(metrics_text& out, const metric_sources& from)
{
    const auto d = from.database.stats();
    out.family("chatd_store_queue", "gauge", "Work waiting for a database thread");
    out.sample("chatd_store_queue", R"(access="read")", number(d.queued_reads));
    out.sample("chatd_store_queue", R"(access="write")", number(d.queued_writes));
    out.counter("chatd_store_reads_total", "Reads done", number(d.reads));
    out.counter("chatd_store_writes_total", "Writes done", number(d.writes));
    out.counter("chatd_store_commits_total", "Commits; writes / commits is the mean batch",
                number(d.commits));
    out.counter("chatd_store_refused_total", "Work turned away", number(d.refused));
    out.counter("chatd_store_failures_total", "Times the database became unavailable", number(d.failures));
    out.counter("chatd_store_checkpoints_total", "Checkpoints of the write-ahead log", number(d.checkpoints));
    out.gauge("chatd_store_wal_pages", "Pages of the write-ahead log not yet in the file",
              number(d.wal_pages));
    render_histogram(out, "chatd_store_commit_seconds", "COMMIT with its sync", d.commit_time);
    render_histogram(out, "chatd_store_read_wait_seconds", "From request to first statement of reads",
                     d.read_wait);
    render_histogram(out, "chatd_store_write_wait_seconds", "From request to first statement of writes",
                     d.write_wait);
    out.family("chatd_store_statement_calls_total", "counter", "Executions by statement");
    for (const auto& s : d.statements)
        out.sample("chatd_store_statement_calls_total", metrics_text::label("statement", s.name),
                   number(s.calls));
    out.family("chatd_store_statement_seconds_total", "counter", "Time spent by statement");
    for (const auto& s : d.statements)
        out.sample("chatd_store_statement_seconds_total", metrics_text::label("statement", s.name),
                   number(s.total_ns) / 1e9);
    out.gauge("chatd_hash_queue", "Passwords waiting to be hashed", number(from.hashing.queued()));
    out.gauge("chatd_heap_used_bytes", "Heap in use", number(mallinfo2().uordblks));
}

} // namespace

metrics_access::metrics_access(const config::settings& s) : token_(s.metrics.token)
{
    for (const auto& network : s.metrics.allow)
        static_cast<void>(allowed_.add(network)); // the loader has checked their form
}

bool metrics_access::allows(const http::request& r) const
{
    const auto authorization = r.header("authorization");
    if (!token_.empty() && security::constant_time_equal(authorization, "Bearer " + token_))
        return true;
    return !r.has_header("x-forwarded-for") && allowed_.contains(std::string_view(r.peer));
}

std::string render_metrics(const metric_sources& from)
{
    metrics_text out;
    render_wire(out, from);
    render_sockets(out, from);
    render_routes(out, from);
    render_store(out, from);
    return std::move(out).take();
}

} // namespace chatd::app
