#include "table.hpp"

#include "kinds.hpp"

#include <utility>

// The member of a row, for reading and for printing.
#define CHATD_SETTING(member) [](auto& all) -> auto& { return all.member; }

namespace chatd::config {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;

/// Collects the rows; the last one can be refined.
class table_builder {
  public:
    template <class Kind, class Member>
    table_builder& add(std::string_view path, Member member, Kind kind, std::string_view help)
    {
        setting& row = rows_.emplace_back();
        row.path = path;
        row.type = Kind::name;
        row.forms = Kind::forms;
        row.bounds = kind.bounds();
        row.help = help;
        row.read = [member, kind](settings& all, std::string_view text) {
            return kind.read(text, member(all));
        };
        row.print = [member, kind](const settings& all) { return kind.print(member(all)); };
        return *this;
    }
    table_builder& from(std::vector<std::string_view> variables)
    {
        rows_.back().variables = std::move(variables);
        return *this;
    }
    table_builder& from_all_of(std::vector<std::string_view> variables)
    {
        rows_.back().united = true;
        return from(std::move(variables));
    }
    table_builder& masked()
    {
        rows_.back().secret = true;
        return *this;
    }
    std::vector<setting> take() { return std::move(rows_); }

  private:
    std::vector<setting> rows_;
};

void add_network(table_builder& t)
{
    t.add("server.environment", CHATD_SETTING(server.environment), text_kind{},
          "`production` turns weak or missing secrets into errors")
        .from({"NODE_ENV"});
    t.add("http.host", CHATD_SETTING(http.host), text_kind{}, "address to listen on");
    t.add("http.port", CHATD_SETTING(http.port), ports_kind{}, "ports to listen on, a comma list")
        .from({"PORT"});
    t.add("http.max_body", CHATD_SETTING(http.max_body), bytes_kind{kib, gib},
          "largest request body; 413 above");
    t.add("http.max_connections_per_ip", CHATD_SETTING(http.max_connections_per_ip), count_kind{},
          "connections one client address may hold; 0: no limit");
    t.add("http.header_timeout", CHATD_SETTING(http.header_timeout), duration_kind{100ms, 10min},
          "time for a request's header");
    t.add("http.body_timeout", CHATD_SETTING(http.body_timeout), duration_kind{100ms, 1h},
          "time for a request's body");
    t.add("trusted_proxies", CHATD_SETTING(trusted_proxies), networks_kind{},
          "peers whose `X-Forwarded-*` headers are believed");
    t.add("cors.origins", CHATD_SETTING(cors.origins), origins_kind{},
          "origins whose pages may use REST, polling and WebSocket; the variables are united")
        .from_all_of({"FRONTEND_URL", "CLIENT_URL", "CORS_ORIGIN"});
    t.add("tls.certificate", CHATD_SETTING(tls.certificate), text_kind{},
          "PEM file with the certificate chain; re-read on SIGHUP");
    t.add("tls.key", CHATD_SETTING(tls.key), text_kind{}, "PEM file with the private key; re-read on SIGHUP");
    t.add("tls.port", CHATD_SETTING(tls.port), count_kind{0, 65535},
          "port that speaks TLS beside the plain ones; 0: all of `http.port` speak TLS");
}

void add_auth(table_builder& t)
{
    t.add("auth.jwt_secret", CHATD_SETTING(auth.jwt_secret), text_kind{},
          "signs access tokens; at least 32 bytes. Empty: made once and kept in the data folder, an error in "
          "production")
        .from({"JWT_SECRET"})
        .masked();
    t.add("auth.jwt_refresh_secret", CHATD_SETTING(auth.jwt_refresh_secret), text_kind{},
          "signs refresh tokens. Empty: derived from `auth.jwt_secret`")
        .from({"JWT_REFRESH_SECRET"})
        .masked();
    t.add("auth.access_token_ttl", CHATD_SETTING(auth.access_token_ttl), duration_kind{1s, 24h * 30},
          "life of an access token")
        .from({"ACCESS_TOKEN_EXPIRES_IN", "JWT_EXPIRES_IN"});
    t.add("auth.refresh_token_ttl", CHATD_SETTING(auth.refresh_token_ttl), duration_kind{1s, 24h * 365},
          "life of a refresh token")
        .from({"REFRESH_TOKEN_EXPIRES_IN", "JWT_REFRESH_EXPIRES_IN"});
    t.add("auth.refresh_grace", CHATD_SETTING(auth.refresh_grace), duration_kind{0ms, 10min},
          "how long a spent refresh token still answers its successor");
    t.add("auth.registration", CHATD_SETTING(auth.registration), choice_kind{{"open", "closed"}},
          "may strangers make accounts");
    t.add("auth.accept_legacy", CHATD_SETTING(auth.accept_legacy), flag_kind{},
          "accept tokens of older back ends with the same secret");
    t.add("auth.socket_token_grace", CHATD_SETTING(auth.socket_token_grace),
          choice_kind{{"strict", "session"}},
          "`session`: an expired token opens a socket while its login session lives");
    t.add("auth.argon2_memory_kib", CHATD_SETTING(auth.argon2_memory_kib), count_kind{8, 4 * mib},
          "memory of one password hash in KiB");
    t.add("auth.argon2_iterations", CHATD_SETTING(auth.argon2_iterations), count_kind{1, 100},
          "passes of one password hash");
    t.add("auth.hash_queue", CHATD_SETTING(auth.hash_queue), count_kind{1, 100'000},
          "logins that may wait for hashing; 503 above");
    t.add("admin.email", CHATD_SETTING(admin.email), text_kind{},
          "account of the first administrator, made at start")
        .from({"ADMIN_EMAIL"});
    t.add("admin.password", CHATD_SETTING(admin.password), text_kind{}, "its password")
        .from({"ADMIN_PASSWORD"})
        .masked();
}

void add_database(table_builder& t)
{
    t.add("database.url", CHATD_SETTING(database.url), text_kind{"sqlite:"},
          "`sqlite:PATH`, relative to the data folder")
        .from({"DATABASE_URL"});
    t.add("database.readers", CHATD_SETTING(database.readers), count_kind{1, 64}, "threads that read");
    t.add("database.queue", CHATD_SETTING(database.queue), count_kind{16, 1'000'000},
          "reads and writes that may wait; 503 above");
}

void add_limits(table_builder& t)
{
    constexpr count_kind count{1};
    t.add("limits.enabled", CHATD_SETTING(limits.enabled), flag_kind{}, "request and socket limits");
    t.add("limits.window", CHATD_SETTING(limits.window), duration_kind{1s, 24h},
          "window of `limits.anonymous` and `limits.authenticated`")
        .from({"RATE_LIMIT_WINDOW_MS"});
    t.add("limits.anonymous", CHATD_SETTING(limits.anonymous), count,
          "requests per window and address without a login")
        .from({"RATE_LIMIT_MAX_REQUESTS"});
    t.add("limits.authenticated", CHATD_SETTING(limits.authenticated), count,
          "requests per window and user; never below a larger `RATE_LIMIT_MAX_REQUESTS`");
    t.add("limits.login", CHATD_SETTING(limits.login), count,
          "failed logins per 15 minutes, address and account");
    t.add("limits.messages", CHATD_SETTING(limits.messages), count, "messages per minute and user");
    t.add("limits.socket_rate", CHATD_SETTING(limits.socket_rate), count, "events per second and socket");
    t.add("limits.socket_burst", CHATD_SETTING(limits.socket_burst), count, "events at once above the rate");
    t.add("limits.typing_rate", CHATD_SETTING(limits.typing_rate), count,
          "typing events per second and socket");
}

void add_sockets(table_builder& t)
{
    t.add("socketio.ping_interval", CHATD_SETTING(socketio.ping_interval), duration_kind{100ms, 1h},
          "time between pings");
    t.add("socketio.ping_timeout", CHATD_SETTING(socketio.ping_timeout), duration_kind{100ms, 1h},
          "time for the answer to a ping");
    t.add("socketio.port_heartbeats", CHATD_SETTING(socketio.port_heartbeats), heartbeats_kind{},
          "ports with other ping times");
    t.add("socketio.max_payload", CHATD_SETTING(socketio.max_payload), bytes_kind{kib, 256 * mib},
          "largest message of a client");
    t.add("socketio.connect_timeout", CHATD_SETTING(socketio.connect_timeout), duration_kind{100ms, 1h},
          "time for CONNECT before the transport is closed");
    t.add("socketio.send_budget", CHATD_SETTING(socketio.send_budget), bytes_kind{16 * kib, gib},
          "unsent bytes per client; above it typing and presence are dropped, then the transport is closed");
    t.add("recovery.enabled", CHATD_SETTING(recovery.enabled), flag_kind{}, "connection state recovery");
    t.add("recovery.window", CHATD_SETTING(recovery.window), duration_kind{1s, 24h},
          "how long missed packets are kept");
    t.add("recovery.max_bytes", CHATD_SETTING(recovery.max_bytes), bytes_kind{0, 16 * gib},
          "memory for missed packets");
    t.add("recovery.replay_delay", CHATD_SETTING(recovery.replay_delay), duration_kind{0ms, 10s},
          "time that a recovered client has to attach its listeners");
    t.add("presence.audience", CHATD_SETTING(presence.audience), choice_kind{{"all", "contacts", "auto"}},
          "who hears that a user comes or goes; `auto`: all up to 2000 users online, contacts above");
    t.add("presence.linger", CHATD_SETTING(presence.linger), duration_kind{0ms, 10min},
          "time from a user's last socket to offline");
    t.add("chat.max_content", CHATD_SETTING(chat.max_content), count_kind{1, 65536},
          "characters of a message in direct and group conversations");
}

void add_operations(table_builder& t)
{
    t.add("log.level", CHATD_SETTING(log.level),
          choice_kind{{"debug", "info", "warn", "error", "off"},
                      {{"silly", "debug"},
                       {"trace", "debug"},
                       {"verbose", "debug"},
                       {"http", "info"},
                       {"warning", "warn"},
                       {"fatal", "error"},
                       {"silent", "off"}}},
          "least level that is written; re-read on SIGHUP")
        .from({"LOG_LEVEL"});
    t.add("log.dir", CHATD_SETTING(log.dir), text_kind{},
          "folder of the log files. Empty: `logs` in the data folder");
    t.add("log.console", CHATD_SETTING(log.console), flag_kind{}, "log to the console too");
    t.add("metrics.allow", CHATD_SETTING(metrics.allow), networks_kind{}, "peers that may read `/metrics`");
    t.add("metrics.token", CHATD_SETTING(metrics.token), text_kind{},
          "bearer token that opens `/metrics` to others")
        .masked();
}

std::vector<setting> build_table()
{
    table_builder t;
    add_network(t);
    add_auth(t);
    add_database(t);
    add_limits(t);
    add_sockets(t);
    add_operations(t);
    return t.take();
}

} // namespace

const std::vector<setting>& table()
{
    static const std::vector<setting> rows = build_table();
    return rows;
}

const std::vector<unused_variable>& unused_variables()
{
    static const std::vector<unused_variable> all = [] {
        std::vector<unused_variable> names;
        const auto add = [&names](std::string_view reason, std::initializer_list<std::string_view> group) {
            for (const auto name : group)
                names.push_back({std::string(name), reason});
        };
        constexpr std::string_view sqlite = "messages are kept in SQLite, see database.url";
        add(sqlite, {"MONGODB_URI", "POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_PASSWORD",
                     "POSTGRES_DB"});
        add("search is part of the database", {"ELASTICSEARCH_URL"});
        add("a single process needs no Redis", {"REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"});
        add("automatic messages are not part of this version",
            {"RABBITMQ_URL", "RABBITMQ_HOST", "RABBITMQ_PORT", "RABBITMQ_USER", "RABBITMQ_PASSWORD",
             "CRON_TIMEZONE"});
        add("error reports are not part of this version", {"SENTRY_DSN", "SENTRY_RELEASE"});
        add("the WhatsApp inbox is not part of this version", {"N8N_WEBHOOK_SECRET", "N8N_IP_WHITELIST"});
        add("files are not part of this version", {"MAX_FILE_SIZE", "UPLOAD_DIR"});
        return names;
    }();
    return all;
}

} // namespace chatd::config
