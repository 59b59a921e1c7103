#pragma once

#include <chatd/async/loop.hpp>
#include <chatd/base/result.hpp>
#include <chatd/http/exchange.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace chatd::http {

/// One address to listen on. Certificate and key (PEM files) make it a TLS listener.
struct listener_options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::string tls_certificate;
    std::string tls_key;
};

struct server_options {
    std::vector<listener_options> listeners;
    std::size_t max_body = 1 << 20;
    std::size_t max_header = 16 << 10; ///< 431 above
    std::size_t max_target = 8 << 10;  ///< 414 above
    std::chrono::milliseconds header_timeout{
        10'000}; ///< from accept, or from the first byte of a later request
    std::chrono::milliseconds body_timeout{30'000};
    std::chrono::milliseconds idle_timeout{65'000}; ///< keep-alive between requests
    std::size_t max_connections_per_ip = 0;         ///< 0: no limit
    std::vector<std::string> trusted_proxies;       ///< addresses or CIDR networks
    /// Completes every answer just before it is sent (request id, security headers, CORS). May be empty.
    std::function<void(const request&, response&)> finish;
    /// Body of an error that HTTP itself raises (400, 408, 413, 414, 417, 431, 501, 505); the request may be
    /// partial. May be empty: then a short text.
    std::function<response(const request&, std::uint16_t status)> error_page;
};

struct server_stats {
    std::uint64_t accepted = 0;
    std::uint64_t requests = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::size_t open_connections = 0; ///< upgraded ones not included
};

/// HTTP/1.1 server (RFC 9112): parsing and serialising by Beast, keep-alive, pipelining in order, Expect:
/// 100-continue, TLS by OpenSSL. An idle connection holds no buffer. Knows no route: everything goes to one
/// handler. I/O thread only.
class server {
  public:
    server(async::loop& l, server_options o, handler h);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Binds and listens; `unavailable` with the address and reason when a listener cannot be opened.
    result<void> listen();
    /// The bound ports, in the order of the listeners (for port 0).
    [[nodiscard]] std::vector<std::uint16_t> ports() const;
    /// Re-reads certificates; new connections use them. The old ones stay on failure.
    result<void> reload_tls();
    /// Closes the listeners and idle connections; answers in progress are finished with Connection: close.
    void stop_accepting();
    /// Cuts what is still open.
    void close_all();
    [[nodiscard]] const server_stats& stats() const noexcept;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace chatd::http
