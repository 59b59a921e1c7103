#pragma once

#include <chatd/base/log.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace chatd::config {

enum class registration : std::uint8_t { open, closed };
enum class token_grace : std::uint8_t { strict, session };
enum class audience : std::uint8_t { all, contacts, automatic };

/// A listener whose clients are asked for signs of life at other times than the rest.
struct port_heartbeat {
    std::uint16_t port = 0;
    std::chrono::milliseconds interval{0};
    std::chrono::milliseconds timeout{0};
};

/// Everything that can be told to chatd, with its defaults. What each one means is said once, in the table
/// (src/config/table.cpp), from which docs/configuration.md is printed.
struct settings {
    using milliseconds = std::chrono::milliseconds;

    struct {
        std::string environment = "development";
    } server;

    struct {
        std::string host = "0.0.0.0";
        std::vector<std::uint16_t> port{3000};
        std::size_t max_body = 1 << 20;
        std::size_t max_connections_per_ip = 0; ///< 0: no limit
        milliseconds header_timeout{10'000};
        milliseconds body_timeout{30'000};
    } http;

    std::vector<std::string> trusted_proxies;

    struct {
        std::vector<std::string> origins{"*"};
    } cors;

    struct {
        std::string certificate;
        std::string key;
        std::uint16_t port = 0; ///< 0: the plain ports speak TLS when there is a certificate
    } tls;

    struct {
        std::string jwt_secret;         ///< empty outside production: made once and kept in the data folder
        std::string jwt_refresh_secret; ///< empty: derived from jwt_secret
        milliseconds access_token_ttl{std::chrono::minutes(15)};
        milliseconds refresh_token_ttl{std::chrono::days(7)};
        milliseconds refresh_grace{30'000};
        config::registration registration = registration::open;
        bool accept_legacy = false;
        token_grace socket_token_grace = token_grace::strict;
        std::size_t argon2_memory_kib = 19'456;
        std::uint32_t argon2_iterations = 2;
        std::size_t hash_queue = 200;
    } auth;

    struct {
        std::string email;
        std::string password;
    } admin;

    struct {
        std::string url = "sqlite:chatd.db";
        std::size_t readers = 2;
        std::size_t queue = 8192;
    } database;

    struct {
        bool enabled = true;
        milliseconds window{std::chrono::minutes(15)};
        std::uint32_t anonymous = 100;
        std::uint32_t authenticated = 1000;
        std::uint32_t login = 20;
        std::uint32_t messages = 60;
        std::uint32_t socket_rate = 10;
        std::uint32_t socket_burst = 40;
        std::uint32_t typing_rate = 30;
    } limits;

    struct {
        milliseconds ping_interval{25'000};
        milliseconds ping_timeout{20'000};
        std::vector<port_heartbeat> port_heartbeats;
        std::size_t max_payload = 1'000'000;
        milliseconds connect_timeout{45'000};
        std::size_t send_budget = 1 << 20;
    } socketio;

    struct {
        bool enabled = true;
        milliseconds window{std::chrono::minutes(2)};
        std::size_t max_bytes = 64 << 20;
        milliseconds replay_delay{300};
    } recovery;

    struct {
        config::audience audience = audience::automatic;
        milliseconds linger{5000};
    } presence;

    struct {
        std::size_t max_content = 1000;
    } chat;

    struct {
        chatd::log::level level = chatd::log::level::info;
        std::string dir; ///< empty: <data folder>/logs
        bool console = true;
    } log;

    struct {
        std::vector<std::string> allow{"127.0.0.0/8",   "::1/128",        "10.0.0.0/8",
                                       "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"};
        std::string token;
    } metrics;

    [[nodiscard]] bool in_production() const noexcept { return server.environment == "production"; }
};

} // namespace chatd::config
