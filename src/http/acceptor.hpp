#pragma once

#include "server_context.hpp"
#include "tls.hpp"

#include <chatd/async/timer_wheel.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace chatd::http {

/// Open connections per address, upgraded ones included.
class address_counter {
  public:
    explicit address_counter(std::size_t limit) : limit_(limit), counts_(std::make_shared<counts>()) {}

    [[nodiscard]] bool is_active() const noexcept { return limit_ > 0; }
    /// Counts a connection until the lease is dropped; null when the address has too many.
    [[nodiscard]] std::shared_ptr<void> take(const std::string& address);

  private:
    using counts = std::unordered_map<std::string, std::size_t>;

    std::size_t limit_;
    std::shared_ptr<counts> counts_; // leases may outlive the server
};

/// One listening socket.
class acceptor final : private poller::watcher, private async::timer_wheel::entry {
  public:
    acceptor(server_context& c, address_counter& per_address, listener_options o);
    ~acceptor();

    [[nodiscard]] result<void> listen();
    [[nodiscard]] result<void> load_tls();
    void close() noexcept;
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  private:
    void on_readable() noexcept override;
    void on_writable() noexcept override {}
    void on_hangup() noexcept override {}
    void expired() noexcept override;

    [[nodiscard]] result<void> open_socket();
    [[nodiscard]] error failure(const char* what) const;
    void admit(int fd, const std::string& peer);
    void pause(int reason) noexcept;

    server_context& context_;
    address_counter& per_address_;
    poller& poller_;
    const listener_options options_;
    std::optional<tls_context> tls_;
    int fd_ = -1;
    std::uint16_t port_ = 0;
};

} // namespace chatd::http
