#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::http {

enum class method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] std::string_view to_string(method m) noexcept;

/// First value of a parameter of a raw query, decoded; empty when absent or badly encoded.
[[nodiscard]] std::optional<std::string> find_query_value(std::string_view query, std::string_view name);

/// One parsed request; views point into it. Built by the connection, valid as long as its exchange.
struct request {
    method verb = method::get;
    std::string verb_text;                                    ///< as sent, e.g. "PROPFIND"
    std::string target;                                       ///< as sent: path and query, ≤ 8 KiB
    std::string_view path;                                    ///< of `target`, not decoded
    std::string_view query;                                   ///< of `target`, without '?', not decoded
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case, values trimmed
    std::string body;
    std::string peer;             ///< address of the TCP peer
    std::string client;           ///< client address by the trusted-proxy rule (contract section 1)
    std::uint16_t local_port = 0; ///< listener it came in on
    bool secure = false;          ///< own TLS, or `X-Forwarded-Proto: https` from a trusted proxy
    std::string id;               ///< X-Request-Id: the client's when sane, else made here

    /// First value of a header (lower-case name); empty when absent.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
    [[nodiscard]] bool has_header(std::string_view name) const noexcept;
    /// First value of a query parameter, decoded; empty when absent or badly encoded.
    [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;
};

} // namespace chatd::http
