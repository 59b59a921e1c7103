#pragma once

#include <chatd/chat/rate_limiter.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace chatd::chat {

/// Who hears that a user comes and goes (contract section 9); `automatic`: all while few are online, contacts
/// above.
enum class presence_audience : std::uint8_t { all, contacts, automatic };

/// What the core can be told; app fills it from the configuration.
struct options {
    struct auth_options {
        std::string access_secret, refresh_secret;
        std::chrono::seconds access_ttl{std::chrono::minutes{15}};
        std::chrono::seconds refresh_ttl{std::chrono::hours{24 * 7}};
        /// How long a spent refresh token still answers its successor (parallel tabs race).
        std::chrono::milliseconds refresh_grace{30'000};
        bool registration_open = true;
        bool accept_legacy = false;
        /// `auth.socket_token_grace: session`: an expired token opens a socket while its login session lives.
        bool expired_token_opens_socket = false;
        std::uint32_t argon2_memory_kib = 19'456;
        std::uint32_t argon2_iterations = 2;
    } auth;

    /// Request limits (contract section 1); counted by api, failed logins by its login handler.
    struct limit_options {
        bool enabled = true;
        rate_rule anonymous{100, std::chrono::minutes{15}};
        rate_rule authenticated{1000, std::chrono::minutes{15}};
        rate_rule failed_logins{20, std::chrono::minutes{15}};
        rate_rule messages{60, std::chrono::minutes{1}};
    } limits;

    presence_audience audience = presence_audience::automatic;
    std::int64_t audience_all_up_to = 2000; ///< users online; `automatic` changes to contacts above
    std::size_t max_content = 1000;         ///< code points of a message in direct and group conversations
    std::chrono::milliseconds typing_expiry{3000};      ///< typing ends that long after the last start
    std::chrono::milliseconds last_seen_interval{1000}; ///< how often `last_seen` is stored

    std::size_t cached_users = 8192;
    std::size_t cached_sessions = 8192;
    std::size_t cached_memberships = 16384;
    std::size_t cached_direct_pairs = 16384;
    std::size_t limited_keys = 100'000; ///< counters that the rate limiter keeps; the oldest go first
};

} // namespace chatd::chat
