#pragma once

#include <chatd/base/clock.hpp>
#include <chatd/base/ids.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// What a member of a JSON body (or a query parameter) may look like. Plain data: one rule serves parsing and
/// the JSON Schema of openapi.yaml.
namespace chatd::schema {

enum class unit : std::uint8_t { code_points, bytes };

inline constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

/// A form that a string must have. Instances are constants of static life (see patterns.hpp).
struct pattern {
    bool (*matches)(std::string_view) noexcept;
    std::string_view says;        ///< goes behind the field's name: "must be an http or https URL"
    std::string_view json_schema; ///< members of a JSON Schema, e.g. R"("format":"uri")"
};

/// A string. Always: valid UTF-8, no NUL, no half surrogate pair.
struct text {
    std::size_t min = 0;
    std::size_t max = unbounded;
    unit counted_in = unit::code_points;
    bool trimmed = false; ///< trimmed before it is measured and stored
    const pattern* form = nullptr;
    std::vector<std::string_view> one_of{}; ///< empty: anything
};

/// An id: a string or, as older clients send it, a number (taken as its decimal string); is_valid_id().
struct id {};

/// A whole number. `cut`: above `max` it is taken as `max` (page sizes, contract section 1).
struct integer {
    std::int64_t min = std::numeric_limits<std::int64_t>::min();
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    bool cut = false;
};

struct boolean {};

/// A date or date-time (ISO 8601). `end_of_day`: a date alone means its last millisecond (inclusive ends).
struct date {
    bool end_of_day = false;
};

/// An array of strings, of ids unless `each` says otherwise. In a query string: a comma list.
struct list {
    std::size_t min_items = 0;
    std::size_t max_items = 1000;
    std::optional<text> each{};
};

/// Any JSON object, kept as compact text in a std::string (contract section 1: `metadata`).
struct json_object {
    std::size_t max_bytes = 4096;
    std::size_t max_depth = 5;
};

/// A word that stands for an enumerator. `names` go into the documentation; `parse` decides.
template <class Enum>
struct choice {
    std::optional<Enum> (*parse)(std::string_view) noexcept;
    std::vector<std::string_view> names;
};

namespace detail {

template <class Member>
struct value_of {
    using type = Member;
};
template <class Value>
struct value_of<std::optional<Value>> {
    using type = Value;
};

template <class Value>
struct standard_rule;
template <>
struct standard_rule<std::string> {
    using type = text;
};
template <>
struct standard_rule<std::int64_t> {
    using type = integer;
};
template <>
struct standard_rule<bool> {
    using type = boolean;
};
template <>
struct standard_rule<timestamp> {
    using type = date;
};
template <>
struct standard_rule<std::vector<std::string>> {
    using type = list;
};

template <class Rule>
inline constexpr bool is_choice = false;
template <class Enum>
inline constexpr bool is_choice<choice<Enum>> = true;

} // namespace detail

/// The rule that a member of this type has unless another one is named.
template <class Member>
using rule_for = typename detail::standard_rule<typename detail::value_of<Member>::type>::type;

/// Rules that must be named: id() and json_object() for strings, choice for enumerations.
template <class Rule>
concept named_rule = std::is_same_v<Rule, id> || std::is_same_v<Rule, json_object> || detail::is_choice<Rule>;

} // namespace chatd::schema
