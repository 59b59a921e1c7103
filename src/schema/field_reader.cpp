#include "field_reader.hpp"

#include <chatd/base/text.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>
#include <vector>

namespace chatd::schema {
namespace {

using kind = json_reader::kind;

constexpr std::string_view unclean = "must not contain NUL or incomplete surrogate pairs";

std::string range_text(std::size_t min, std::size_t max, std::string_view things)
{
    std::string amount;
    if (max == unbounded)
        amount = "at least " + std::to_string(min);
    else if (min == max)
        amount = "exactly " + std::to_string(max);
    else if (min == 0)
        amount = "at most " + std::to_string(max);
    else
        amount = std::to_string(min) + " to " + std::to_string(max);
    return amount + ' ' + std::string(things);
}

std::string one_of_text(const std::vector<std::string_view>& names)
{
    std::string out = "must be one of ";
    for (const auto& name : names) {
        if (&name != &names.front())
            out += ", ";
        out += name;
    }
    return out;
}

/// What is wrong with `value`; trims it first when the rule says so.
std::string check_text(const text& rule, std::string& value)
{
    if (rule.trimmed) {
        const auto inner = chatd::text::trim(value);
        if (inner.size() != value.size())
            value = std::string(inner);
    }
    const bool by_bytes = rule.counted_in == unit::bytes;
    // Never more code points than bytes: most strings need no count.
    const bool count = !by_bytes && value.size() >= rule.min && rule.max != unbounded;
    const std::size_t size = count ? chatd::text::count_code_points(value) : value.size();
    if (size < rule.min || size > rule.max)
        return "must be " + range_text(rule.min, rule.max, by_bytes ? "bytes" : "characters");
    if (!rule.one_of.empty() && std::find(rule.one_of.begin(), rule.one_of.end(), value) == rule.one_of.end())
        return one_of_text(rule.one_of);
    if (rule.form != nullptr && !rule.form->matches(value))
        return std::string(rule.form->says);
    return {};
}

bool is_integer(std::string_view number) noexcept
{
    return number.find_first_of(".eE") == std::string_view::npos;
}

} // namespace

bool field_reader::read_word(json_reader& in, word& out)
{
    const kind k = in.peek();
    out.is_string = k == kind::string;
    if (out.is_string) {
        in.read_string(out.text);
        out.clean = in.clean();
        return true;
    }
    if (k != kind::number)
        return false;
    std::string_view number;
    in.read_number(number);
    out.text = number;
    return true;
}

std::string field_reader::wrong_kind(json_reader& in)
{
    struct name_of {
        std::string operator()(const text&) const { return "must be a string"; }
        std::string operator()(const id&) const { return "must be an id"; }
        std::string operator()(const integer&) const { return "must be a whole number"; }
        std::string operator()(const boolean&) const { return "must be true or false"; }
        std::string operator()(const date&) const { return "must be an ISO 8601 date"; }
        std::string operator()(const list&) const { return "must be an array"; }
        std::string operator()(const json_object&) const { return "must be an object"; }
        std::string operator()(const detail::erased_choice& c) const { return one_of_text(c.names); }
    };
    std::string_view ignored;
    in.skip(ignored);
    return std::visit(name_of{}, field_.rule_);
}

std::string field_reader::from_json(json_reader& in)
{
    const kind k = in.peek();
    if (std::holds_alternative<boolean>(field_.rule_))
        return k == kind::boolean ? read_boolean(in) : wrong_kind(in);
    if (const auto* rule = std::get_if<list>(&field_.rule_))
        return k == kind::array ? read_list(in, *rule) : wrong_kind(in);
    if (const auto* rule = std::get_if<json_object>(&field_.rule_))
        return k == kind::object ? read_object(in, *rule) : wrong_kind(in);

    const bool takes_number =
        std::holds_alternative<id>(field_.rule_) || std::holds_alternative<integer>(field_.rule_);
    const bool takes_string = !std::holds_alternative<integer>(field_.rule_);
    if (!(k == kind::string && takes_string) && !(k == kind::number && takes_number))
        return wrong_kind(in);
    word w;
    if (!read_word(in, w))
        return {};
    return apply(std::move(w));
}

std::string field_reader::read_boolean(json_reader& in)
{
    bool value = false;
    in.read_boolean(value);
    store(value);
    return {};
}

std::string field_reader::check_item(const list& rule, word& w)
{
    if (!w.clean)
        return std::string(unclean);
    if (rule.each)
        return w.is_string ? check_text(*rule.each, w.text) : "must be a string";
    return check_id(w);
}

std::string field_reader::read_list(json_reader& in, const list& rule)
{
    std::vector<std::string> items;
    std::string wrong;
    in.enter_array();
    for (std::size_t count = 0; in.next_element(); ++count) {
        word w;
        std::string complaint;
        if (read_word(in, w)) {
            complaint = check_item(rule, w);
        } else {
            std::string_view ignored;
            in.skip(ignored);
            complaint = rule.each ? "must be a string" : "must be an id";
        }
        if (!complaint.empty() && wrong.empty())
            wrong = "[" + std::to_string(count) + "] " + complaint;
        if (items.size() <= rule.max_items)
            items.push_back(std::move(w.text));
    }
    return store_list(rule, std::move(items), std::move(wrong));
}

std::string field_reader::read_comma_list(const list& rule, std::string_view value)
{
    std::vector<std::string> items;
    std::string wrong;
    while (!value.empty()) {
        const auto end = std::min(value.find(','), value.size());
        word w{std::string(value.substr(0, end)), true, true};
        value.remove_prefix(std::min(end + 1, value.size()));
        if (auto complaint = check_item(rule, w); !complaint.empty() && wrong.empty())
            wrong = "[" + std::to_string(items.size()) + "] " + complaint;
        items.push_back(std::move(w.text));
    }
    return store_list(rule, std::move(items), std::move(wrong));
}

std::string field_reader::store_list(const list& rule, std::vector<std::string> items, std::string wrong)
{
    if (items.size() < rule.min_items || items.size() > rule.max_items)
        return "must have " + range_text(rule.min_items, rule.max_items, "items");
    if (wrong.empty())
        store(std::move(items));
    return wrong;
}

std::string field_reader::read_object(json_reader& in, const json_object& rule)
{
    std::string_view raw;
    if (!in.skip(raw))
        return {};
    if (!in.clean())
        return std::string(unclean);
    std::string compact = compact_json(raw);
    if (compact.size() > rule.max_bytes)
        return "must be at most " + std::to_string(rule.max_bytes) + " bytes";
    json_reader measure(compact, rule.max_depth);
    if (!measure.skip(raw))
        return "must be nested at most " + std::to_string(rule.max_depth) + " levels deep";
    store(std::move(compact));
    return {};
}

std::string field_reader::check_id(const word& w)
{
    return is_valid_id(w.text) && (w.is_string || is_integer(w.text)) ? std::string{} : "must be an id";
}

std::string field_reader::apply(word w)
{
    if (!w.clean)
        return std::string(unclean);
    return std::visit(
        [&](const auto& rule) -> std::string {
            if constexpr (requires { apply(rule, w); })
                return apply(rule, w);
            else
                return {};
        },
        field_.rule_);
}

std::string field_reader::apply(const text& rule, word& w)
{
    auto wrong = check_text(rule, w.text);
    if (wrong.empty())
        store(std::move(w.text));
    return wrong;
}

std::string field_reader::apply(const id&, word& w)
{
    auto wrong = check_id(w);
    if (wrong.empty())
        store(std::move(w.text));
    return wrong;
}

std::string field_reader::apply(const integer& rule, const word& w)
{
    std::int64_t n = 0;
    const char* const end = w.text.data() + w.text.size();
    const auto [stop, failed] = std::from_chars(w.text.data(), end, n);
    const bool too_large =
        failed == std::errc::result_out_of_range && stop == end && !w.text.starts_with('-');
    if (too_large)
        n = std::numeric_limits<std::int64_t>::max();
    else if (failed != std::errc{} || stop != end)
        return "must be a whole number";
    if (rule.cut && n > rule.max)
        n = rule.max;
    else if (n < rule.min || n > rule.max || too_large)
        return rule.max == std::numeric_limits<std::int64_t>::max()
                   ? "must be at least " + std::to_string(rule.min)
                   : "must be from " + std::to_string(rule.min) + " to " + std::to_string(rule.max);
    store(n);
    return {};
}

std::string field_reader::apply(const date& rule, const word& w)
{
    constexpr std::size_t date_alone = std::string_view("2025-01-31").size();
    timestamp t;
    if (!from_iso8601(w.text, t))
        return "must be an ISO 8601 date";
    if (rule.end_of_day && w.text.size() == date_alone)
        t += std::chrono::days(1) - std::chrono::milliseconds(1);
    store(t);
    return {};
}

std::string field_reader::apply(const detail::erased_choice& rule, const word& w)
{
    return rule.store(member_, w.text) ? std::string{} : one_of_text(rule.names);
}

std::string field_reader::from_query(std::string value)
{
    if (!chatd::text::is_utf8(value) || value.find('\0') != std::string::npos)
        return "must be UTF-8 text without NUL";
    if (std::holds_alternative<boolean>(field_.rule_)) {
        const bool yes = value == "true" || value == "1";
        if (!yes && value != "false" && value != "0")
            return "must be true or false";
        store(yes);
        return {};
    }
    if (const auto* rule = std::get_if<list>(&field_.rule_))
        return read_comma_list(*rule, value);
    if (std::holds_alternative<json_object>(field_.rule_)) {
        json_reader in(value);
        auto wrong = from_json(in);
        return wrong.empty() && !in.finish() ? "must be an object" : wrong;
    }
    return apply(word{std::move(value), true, true});
}

} // namespace chatd::schema
