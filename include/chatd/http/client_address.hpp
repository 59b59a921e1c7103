#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::http {

/// An IP address; IPv4 is kept in its IPv6-mapped form so that `::ffff:10.0.0.1` equals `10.0.0.1`.
struct ip_address {
    std::array<std::uint8_t, 16> bytes{};

    [[nodiscard]] static std::optional<ip_address> parse(std::string_view text) noexcept;
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] bool operator==(const ip_address&) const noexcept = default;
};

/// A set of CIDR networks ("10.0.0.0/8", "::1", "192.168.1.7"): trusted proxies, IP whitelists.
class network_list {
  public:
    network_list() = default;
    /// Adds a network; false when the text is none.
    [[nodiscard]] bool add(std::string_view cidr);
    [[nodiscard]] bool contains(const ip_address& a) const noexcept;
    [[nodiscard]] bool contains(std::string_view address) const noexcept;
    [[nodiscard]] bool empty() const noexcept { return networks_.empty(); }

  private:
    struct network {
        ip_address base;
        unsigned prefix_bits = 128;
    };
    std::vector<network> networks_;
};

/// The client's address (contract section 1): from the TCP peer leftwards through `X-Forwarded-For`, as long
/// as the address passed is a trusted proxy. An unreadable entry ends the walk.
[[nodiscard]] std::string client_address(const network_list& trusted, std::string_view peer,
                                         std::string_view forwarded_for);

} // namespace chatd::http
