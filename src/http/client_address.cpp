#include "blanks.hpp"

#include <chatd/http/client_address.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <netinet/in.h>

namespace chatd::http {

namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_v4(const ip_address& a) noexcept
{
    return std::equal(v4_prefix.begin(), v4_prefix.end(), a.bytes.begin());
}

// Proxies write "10.0.0.1", "10.0.0.1:4711", "[::1]:4711" or "::1".
std::string_view without_port(std::string_view entry) noexcept
{
    if (entry.starts_with('[')) {
        const auto end = entry.find(']');
        return end == std::string_view::npos ? std::string_view{} : entry.substr(1, end - 1);
    }
    const auto colon = entry.find(':');
    const bool is_only_one = colon != std::string_view::npos && entry.rfind(':') == colon;
    return is_only_one ? entry.substr(0, colon) : entry;
}

} // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) noexcept
{
    std::array<char, INET6_ADDRSTRLEN + 1> copy{};
    if (text.empty() || text.size() >= copy.size())
        return std::nullopt;
    std::memcpy(copy.data(), text.data(), text.size());
    ip_address out;
    if (text.find(':') != std::string_view::npos) {
        if (::inet_pton(AF_INET6, copy.data(), out.bytes.data()) != 1)
            return std::nullopt;
        return out;
    }
    std::copy(v4_prefix.begin(), v4_prefix.end(), out.bytes.begin());
    if (::inet_pton(AF_INET, copy.data(), out.bytes.data() + v4_prefix.size()) != 1)
        return std::nullopt;
    return out;
}

std::string ip_address::to_string() const
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_v4(*this))
        ::inet_ntop(AF_INET, bytes.data() + v4_prefix.size(), text.data(), text.size());
    else
        ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
    return text.data();
}

bool network_list::add(std::string_view cidr)
{
    cidr = trim_blanks(cidr);
    const auto slash = cidr.find('/');
    const auto base = ip_address::parse(cidr.substr(0, slash));
    if (!base)
        return false;
    network n{*base, 128};
    if (slash != std::string_view::npos) {
        const auto digits = cidr.substr(slash + 1);
        unsigned bits = 0;
        const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        const bool is_short = cidr.substr(0, slash).find(':') == std::string_view::npos;
        if (ec != std::errc{} || end != digits.data() + digits.size() || bits > (is_short ? 32U : 128U))
            return false;
        n.prefix_bits = is_short ? bits + 96 : bits;
    }
    networks_.push_back(n);
    return true;
}

bool network_list::contains(const ip_address& a) const noexcept
{
    return std::any_of(networks_.begin(), networks_.end(), [&](const network& n) {
        const auto whole = n.prefix_bits / 8;
        if (!std::equal(a.bytes.begin(), a.bytes.begin() + whole, n.base.bytes.begin()))
            return false;
        const auto rest = n.prefix_bits % 8;
        if (rest == 0)
            return true;
        const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
        return (a.bytes[whole] & mask) == (n.base.bytes[whole] & mask);
    });
}

bool network_list::contains(std::string_view address) const noexcept
{
    const auto parsed = ip_address::parse(address);
    return parsed && contains(*parsed);
}

std::string client_address(const network_list& trusted, std::string_view peer, std::string_view forwarded_for)
{
    std::string current(peer);
    while (!forwarded_for.empty() && trusted.contains(current)) {
        const auto comma = forwarded_for.rfind(',');
        const auto entry = comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1);
        forwarded_for = comma == std::string_view::npos ? std::string_view{} : forwarded_for.substr(0, comma);
        const auto address = ip_address::parse(without_port(trim_blanks(entry)));
        if (!address)
            break;
        current = address->to_string();
    }
    return current;
}

} // namespace chatd::http
