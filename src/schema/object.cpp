#include "field_reader.hpp"

#include <chatd/base/json_reader.hpp>
#include <chatd/schema/object.hpp>

#include <cassert>
#include <cstdint>

namespace chatd::schema {
namespace {

[[maybe_unused]] constexpr std::size_t max_fields = 64;

error malformed(json_reader::failure why)
{
    return {errc::invalid,
            why == json_reader::failure::too_deep ? "JSON is nested too deeply" : "Malformed JSON"};
}

/// "name must be …", or what the declaration says instead.
std::string complaint_about(const std::string& name, const std::string& message, const std::string& wrong)
{
    if (!message.empty())
        return message;
    return wrong.starts_with('[') ? name + wrong : name + ' ' + wrong;
}

} // namespace

/// What is known about each field while an object is read.
class object_base::progress {
  public:
    void found(std::size_t index, std::string wrong)
    {
        seen_ |= bit(index);
        // Of equal names the last one counts, also when an earlier one was wrong.
        std::erase_if(wrong_, [index](const auto& w) { return w.first == index; });
        if (!wrong.empty())
            wrong_.emplace_back(index, std::move(wrong));
    }
    [[nodiscard]] bool seen(std::size_t index) const noexcept { return (seen_ & bit(index)) != 0; }
    [[nodiscard]] const std::string* wrong(std::size_t index) const noexcept
    {
        for (const auto& [at, text] : wrong_)
            if (at == index)
                return &text;
        return nullptr;
    }

  private:
    static std::uint64_t bit(std::size_t index) noexcept { return std::uint64_t{1} << index; }

    std::uint64_t seen_ = 0;
    std::vector<std::pair<std::size_t, std::string>> wrong_;
};

field& object_base::add(std::string name, bool required, bool in_optional, detail::any_rule rule,
                        std::function<void*(void*)> member)
{
    assert(fields_.size() < max_fields);
    field& f = fields_.emplace_back();
    f.name_ = std::move(name);
    f.required_ = required;
    f.in_optional_ = in_optional;
    f.rule_ = std::move(rule);
    f.member_ = std::move(member);
    return f;
}

std::size_t object_base::index_of(std::string_view name) const noexcept
{
    std::size_t index = 0;
    while (index < fields_.size() && !fields_[index].answers_to(name))
        ++index;
    return index;
}

std::optional<error> object_base::read(std::string_view json, void* into) const
{
    json_reader in(json);
    progress so_far;
    std::string_view raw;
    const auto read_field = [&](std::size_t index) {
        if (index == fields_.size() || in.peek() == json_reader::kind::null)
            in.skip(raw);
        else
            so_far.found(index, field_reader(fields_[index], into).from_json(in));
    };

    const auto kind = in.peek();
    const bool is_word = kind == json_reader::kind::string || kind == json_reader::kind::number;
    const bool is_object = kind == json_reader::kind::object;
    if (is_object) {
        in.enter_object();
        for (std::string_view key; in.next_member(key);)
            read_field(index_of(key));
    } else if (is_word && !bare_.empty()) {
        read_field(index_of(bare_));
    } else {
        in.skip(raw);
    }
    if (!in.finish())
        return malformed(in.why());
    if (!is_object && (bare_.empty() || !is_word))
        return invalid_field("body", "must be a JSON object");
    return judge(so_far, into);
}

std::optional<error> object_base::read_query(const lookup& value_of, void* into) const
{
    progress so_far;
    const auto read_field = [&](std::size_t index, const std::string& name) {
        const field& f = fields_[index];
        auto value = value_of(name);
        // `?search=` asks for nothing; `?limit=` is a broken number.
        if (value && (!value->empty() || std::holds_alternative<integer>(f.rule_)))
            so_far.found(index, field_reader(f, into).from_query(std::move(*value)));
    };
    for (std::size_t index = 0; index < fields_.size(); ++index) {
        read_field(index, fields_[index].name_);
        for (const auto& alias : fields_[index].aliases_)
            if (!so_far.seen(index))
                read_field(index, alias);
    }
    return judge(so_far, into);
}

std::optional<error> object_base::judge(const progress& done, const void* object) const
{
    std::vector<field_error> broken;
    for (std::size_t index = 0; index < fields_.size(); ++index) {
        const field& f = fields_[index];
        if (const auto* wrong = done.wrong(index))
            broken.push_back({f.name_, complaint_about(f.name_, f.message_, *wrong)});
        else if (f.required_ && !done.seen(index))
            broken.push_back({f.name_, complaint_about(f.name_, f.message_, "is required")});
    }
    if (broken.empty()) {
        for (const auto& each : conditions_)
            if (!each.holds(object))
                broken.push_back(each.otherwise);
    }
    if (broken.empty())
        return std::nullopt;
    return error{errc::invalid, "Validation failed", std::move(broken)};
}

} // namespace chatd::schema
