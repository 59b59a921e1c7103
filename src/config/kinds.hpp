#pragma once

#include <chatd/config/settings.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The types that a setting can have. Each kind has a name and bounds for the reference, reads text into the
/// member (the complaint, or empty), prints it back, and says which JSON values a file may use for it.
namespace chatd::config {

using milliseconds = std::chrono::milliseconds;

/// JSON values a kind accepts, or-ed.
enum json_form : unsigned { json_text = 1, json_number = 2, json_boolean = 4, json_list = 8 };

[[nodiscard]] std::optional<milliseconds> parse_duration(std::string_view text) noexcept;
[[nodiscard]] std::string print_duration(milliseconds d);
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept;
[[nodiscard]] std::string print_bytes(std::uint64_t bytes);
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text) noexcept;
/// Parts between commas, trimmed, without empty ones.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);
[[nodiscard]] std::string join_list(const std::vector<std::string>& items);

struct text_kind {
    static constexpr std::string_view name = "text";
    static constexpr unsigned forms = json_text;
    std::string_view prefix{}; ///< every value must begin with it

    [[nodiscard]] std::string bounds() const;
    [[nodiscard]] std::string read(std::string_view text, std::string& out) const;
    [[nodiscard]] std::string print(const std::string& value) const { return value; }
};

struct flag_kind {
    static constexpr std::string_view name = "boolean";
    static constexpr unsigned forms = json_boolean;

    [[nodiscard]] std::string bounds() const { return "true, false"; }
    [[nodiscard]] std::string read(std::string_view text, bool& out) const;
    [[nodiscard]] std::string print(bool value) const { return value ? "true" : "false"; }
};

struct count_kind {
    static constexpr std::string_view name = "number";
    static constexpr unsigned forms = json_number;
    std::uint64_t min = 0;
    std::uint64_t max = std::numeric_limits<std::int32_t>::max();

    [[nodiscard]] std::string bounds() const { return std::to_string(min) + " to " + std::to_string(max); }
    template <std::unsigned_integral Number>
    [[nodiscard]] std::string read(std::string_view text, Number& out) const
    {
        const auto value = parse_count(text);
        if (!value || *value < min || *value > max)
            return "must be a whole number from " + bounds();
        out = static_cast<Number>(*value);
        return {};
    }
    [[nodiscard]] std::string print(std::uint64_t value) const { return std::to_string(value); }
};

struct bytes_kind {
    static constexpr std::string_view name = "bytes";
    static constexpr unsigned forms = json_number | json_text;
    std::uint64_t min = 0;
    std::uint64_t max = std::uint64_t{1} << 40;

    [[nodiscard]] std::string bounds() const { return print_bytes(min) + " to " + print_bytes(max); }
    [[nodiscard]] std::string read(std::string_view text, std::size_t& out) const;
    [[nodiscard]] std::string print(std::size_t value) const { return print_bytes(value); }
};

struct duration_kind {
    static constexpr std::string_view name = "duration";
    static constexpr unsigned forms = json_number | json_text;
    milliseconds min{0};
    milliseconds max = std::chrono::days(365);

    [[nodiscard]] std::string bounds() const { return print_duration(min) + " to " + print_duration(max); }
    [[nodiscard]] std::string read(std::string_view text, milliseconds& out) const;
    [[nodiscard]] std::string print(milliseconds value) const { return print_duration(value); }
};

/// Words for the enumerators in their order. `also` names further words that older configurations use.
struct choice_kind {
    static constexpr std::string_view name = "choice";
    static constexpr unsigned forms = json_text;
    struct alias {
        std::string_view word, means;
    };
    std::vector<std::string_view> words;
    std::vector<alias> also{};

    [[nodiscard]] std::string bounds() const;
    template <class Enum>
    [[nodiscard]] std::string read(std::string_view text, Enum& out) const
    {
        const auto index = index_of(text);
        if (index == words.size())
            return "must be one of " + bounds();
        out = static_cast<Enum>(index);
        return {};
    }
    template <class Enum>
    [[nodiscard]] std::string print(Enum value) const
    {
        return std::string(words[static_cast<std::size_t>(value)]);
    }

  private:
    [[nodiscard]] std::size_t index_of(std::string_view text) const;
};

struct list_kind {
    static constexpr std::string_view name = "list";
    static constexpr unsigned forms = json_list | json_text;

    [[nodiscard]] std::string bounds() const { return {}; }
    [[nodiscard]] std::string read(std::string_view text, std::vector<std::string>& out) const;
    [[nodiscard]] std::string print(const std::vector<std::string>& value) const { return join_list(value); }
};

/// Browser origins, or `*`.
struct origins_kind : list_kind {
    [[nodiscard]] std::string bounds() const { return "`*` or origins like `https://app.example.com`"; }
    [[nodiscard]] std::string read(std::string_view text, std::vector<std::string>& out) const;
};

/// Addresses and CIDR networks.
struct networks_kind : list_kind {
    [[nodiscard]] std::string bounds() const { return "addresses or CIDR networks"; }
    [[nodiscard]] std::string read(std::string_view text, std::vector<std::string>& out) const;
};

struct ports_kind {
    static constexpr std::string_view name = "list of ports";
    static constexpr unsigned forms = json_list | json_text | json_number;

    [[nodiscard]] std::string bounds() const { return "0 to 65535; 0: any free one"; }
    [[nodiscard]] std::string read(std::string_view text, std::vector<std::uint16_t>& out) const;
    [[nodiscard]] std::string print(const std::vector<std::uint16_t>& value) const;
};

struct heartbeats_kind {
    static constexpr std::string_view name = "list";
    static constexpr unsigned forms = json_list | json_text;

    [[nodiscard]] std::string bounds() const { return "`port:interval:timeout`, e.g. `3001:25s:60s`"; }
    [[nodiscard]] std::string read(std::string_view text, std::vector<port_heartbeat>& out) const;
    [[nodiscard]] std::string print(const std::vector<port_heartbeat>& value) const;
};

} // namespace chatd::config
