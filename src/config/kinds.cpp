#include "kinds.hpp"

#include <chatd/base/text.hpp>

#include <arpa/inet.h>
#include <charconv>
#include <span>
#include <utility>

namespace chatd::config {
namespace {

struct unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array<unit, 6> duration_units{
    {{"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<unit, 8> byte_units{{{"GiB", 1ULL << 30},
                                          {"MiB", 1ULL << 20},
                                          {"KiB", 1ULL << 10},
                                          {"GB", 1'000'000'000},
                                          {"MB", 1'000'000},
                                          {"kB", 1000},
                                          {"KB", 1000},
                                          {"B", 1}}};
constexpr std::size_t largest_binary_units = 3; // of byte_units: what sizes are printed in

/// `12`, `12ms`, `12 ms`; a bare number counts in the smallest unit.
std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const unit> units) noexcept
{
    constexpr std::uint64_t most = std::uint64_t{1} << 53;
    std::uint64_t amount = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, amount);
    if (failed != std::errc{} || amount > most)
        return std::nullopt;
    const auto name = text::trim({stop, static_cast<std::size_t>(end - stop)});
    if (name.empty())
        return amount;
    for (const auto& each : units)
        if (text::iequals_ascii(name, each.name))
            return amount <= most / each.factor ? std::optional(amount * each.factor) : std::nullopt;
    return std::nullopt;
}

/// In the largest unit that leaves a whole number.
std::string print_quantity(std::uint64_t amount, std::span<const unit> units)
{
    for (const auto& each : units)
        if (amount != 0 && amount % each.factor == 0)
            return std::to_string(amount / each.factor) + std::string(each.name);
    return std::to_string(amount);
}

bool is_network(const std::string& text)
{
    const auto slash = text.find('/');
    const auto address = text.substr(0, slash);
    std::array<unsigned char, 16> bytes{};
    const bool v4 = inet_pton(AF_INET, address.c_str(), bytes.data()) == 1;
    if (!v4 && inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1)
        return false;
    if (slash == std::string::npos)
        return true;
    const auto bits = parse_count(std::string_view(text).substr(slash + 1));
    return bits && *bits <= (v4 ? 32U : 128U);
}

/// `scheme://host[:port]` in lower case, without a trailing slash or path.
std::string origin_of(const std::string& url)
{
    const auto lower = text::to_lower_ascii(url);
    const auto scheme_end = lower.find("://");
    if (scheme_end == std::string::npos || scheme_end == 0)
        return {};
    const auto host_end = std::min(lower.find_first_of("/?#", scheme_end + 3), lower.size());
    return host_end == scheme_end + 3 ? std::string{} : lower.substr(0, host_end);
}

} // namespace

std::optional<milliseconds> parse_duration(std::string_view text) noexcept
{
    const auto amount = parse_quantity(text, duration_units);
    return amount ? std::optional(milliseconds(*amount)) : std::nullopt;
}

std::string print_duration(milliseconds d)
{
    // 7d reads better than 1w.
    return print_quantity(static_cast<std::uint64_t>(d.count()), std::span(duration_units).subspan(1));
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept
{
    return parse_quantity(text, byte_units);
}

std::string print_bytes(std::uint64_t bytes)
{
    return print_quantity(bytes, std::span(byte_units).first(largest_binary_units));
}

std::optional<std::uint64_t> parse_count(std::string_view text) noexcept
{
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, value);
    return failed == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

std::vector<std::string> split_list(std::string_view text)
{
    std::vector<std::string> items;
    while (!text.empty()) {
        const auto end = std::min(text.find(','), text.size());
        if (const auto item = text::trim(text.substr(0, end)); !item.empty())
            items.emplace_back(item);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return items;
}

std::string join_list(const std::vector<std::string>& items)
{
    std::string out;
    for (const auto& item : items)
        out += (out.empty() ? "" : ", ") + item;
    return out;
}

std::string text_kind::bounds() const
{
    return prefix.empty() ? std::string{} : "begins with `" + std::string(prefix) + '`';
}

std::string text_kind::read(std::string_view text, std::string& out) const
{
    if (!text.starts_with(prefix))
        return "must begin with " + std::string(prefix);
    out = text;
    return {};
}

std::string flag_kind::read(std::string_view text, bool& out) const
{
    const bool yes = text == "true" || text == "1" || text == "on" || text == "yes";
    if (!yes && text != "false" && text != "0" && text != "off" && text != "no")
        return "must be true or false";
    out = yes;
    return {};
}

std::string bytes_kind::read(std::string_view text, std::size_t& out) const
{
    const auto value = parse_bytes(text);
    if (!value)
        return "must be a size like 1MiB, 500kB or a number of bytes";
    if (*value < min || *value > max)
        return "must be from " + bounds();
    out = *value;
    return {};
}

std::string duration_kind::read(std::string_view text, milliseconds& out) const
{
    const auto value = parse_duration(text);
    if (!value)
        return "must be a duration like 300ms, 15s, 15m, 12h, 7d or a number of milliseconds";
    if (*value < min || *value > max)
        return "must be from " + bounds();
    out = *value;
    return {};
}

std::string choice_kind::bounds() const
{
    std::string out;
    for (const auto word : words)
        out += (out.empty() ? "" : ", ") + std::string(word);
    return out;
}

std::size_t choice_kind::index_of(std::string_view text) const
{
    for (const auto& each : also)
        if (text::iequals_ascii(text, each.word))
            text = each.means;
    const auto found =
        std::find_if(words.begin(), words.end(), [&](auto word) { return text::iequals_ascii(word, text); });
    return static_cast<std::size_t>(found - words.begin());
}

std::string list_kind::read(std::string_view text, std::vector<std::string>& out) const
{
    out = split_list(text);
    return {};
}

std::string origins_kind::read(std::string_view text, std::vector<std::string>& out) const
{
    std::vector<std::string> origins;
    for (const auto& item : split_list(text)) {
        auto origin = item == "*" ? item : origin_of(item);
        if (origin.empty())
            return "must hold origins like https://app.example.com, not " + item;
        if (std::find(origins.begin(), origins.end(), origin) == origins.end())
            origins.push_back(std::move(origin));
    }
    // A union with "everything" is everything.
    if (std::find(origins.begin(), origins.end(), "*") != origins.end())
        origins = {"*"};
    out = std::move(origins);
    return {};
}

std::string networks_kind::read(std::string_view text, std::vector<std::string>& out) const
{
    auto networks = split_list(text);
    for (const auto& item : networks)
        if (!is_network(item))
            return "must hold addresses or CIDR networks, not " + item;
    out = std::move(networks);
    return {};
}

std::string ports_kind::read(std::string_view text, std::vector<std::uint16_t>& out) const
{
    std::vector<std::uint16_t> ports;
    for (const auto& item : split_list(text)) {
        const auto port = parse_count(item);
        if (!port || *port > std::numeric_limits<std::uint16_t>::max())
            return "must be ports from 0 to 65535, not " + item;
        ports.push_back(static_cast<std::uint16_t>(*port));
    }
    if (ports.empty())
        return "must name at least one port";
    out = std::move(ports);
    return {};
}

std::string ports_kind::print(const std::vector<std::uint16_t>& value) const
{
    std::string out;
    for (const auto port : value)
        out += (out.empty() ? "" : ", ") + std::to_string(port);
    return out;
}

std::string heartbeats_kind::read(std::string_view text, std::vector<port_heartbeat>& out) const
{
    std::vector<port_heartbeat> all;
    for (const auto& entry : split_list(text)) {
        const std::string_view item = entry;
        const auto first = item.find(':');
        const auto last = item.rfind(':');
        const auto port = parse_count(item.substr(0, first));
        const auto interval =
            first < last ? parse_duration(item.substr(first + 1, last - first - 1)) : std::nullopt;
        const auto timeout = first < last ? parse_duration(item.substr(last + 1)) : std::nullopt;
        if (!port || *port > std::numeric_limits<std::uint16_t>::max() || !interval || !timeout)
            return "must be a list of port:interval:timeout, e.g. 3001:25s:60s";
        all.push_back({static_cast<std::uint16_t>(*port), *interval, *timeout});
    }
    out = std::move(all);
    return {};
}

std::string heartbeats_kind::print(const std::vector<port_heartbeat>& value) const
{
    std::vector<std::string> items;
    for (const auto& each : value)
        items.push_back(std::to_string(each.port) + ':' + print_duration(each.interval) + ':' +
                        print_duration(each.timeout));
    return join_list(items);
}

} // namespace chatd::config
