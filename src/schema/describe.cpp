#include <chatd/base/json_writer.hpp>
#include <chatd/schema/object.hpp>

namespace chatd::schema {

namespace {

/// Fields with one name are required as such; of a field with several names any one.
void write_required(json_writer& out, const std::deque<field>& fields)
{
    out.key("required").begin_array();
    for (const auto& f : fields)
        if (f.is_required() && f.aliases().empty())
            out.value(f.name());
    out.end_array();

    bool any = false;
    for (const auto& f : fields) {
        if (!f.is_required() || f.aliases().empty())
            continue;
        if (!std::exchange(any, true))
            out.key("allOf").begin_array();
        out.begin_object().key("anyOf").begin_array();
        out.begin_object().key("required").begin_array().value(f.name()).end_array().end_object();
        for (const auto& alias : f.aliases())
            out.begin_object().key("required").begin_array().value(alias).end_array().end_object();
        out.end_array().end_object();
    }
    if (any)
        out.end_array();
}

} // namespace

/// Writes one field's rule as JSON Schema.
class describer {
  public:
    describer(json_writer& out, const field& f, void* defaults) : out_(out), field_(f), defaults_(defaults) {}

    void write()
    {
        out_.begin_object();
        std::visit([this](const auto& rule) { write(rule); }, field_.rule_);
        if (!field_.description_.empty())
            out_.field("description", field_.description_);
        out_.end_object();
    }

  private:
    void write(const text& rule)
    {
        out_.field("type", "string");
        if (rule.min > 0)
            out_.field("minLength", rule.counted_in == unit::bytes ? 1 : rule.min);
        if (rule.max != unbounded)
            out_.field("maxLength", rule.max);
        write_names(rule.one_of);
        if (rule.form != nullptr && !rule.form->json_schema.empty())
            out_.raw_members(rule.form->json_schema);
        if (const auto* value = default_of<std::string>(); value != nullptr && !value->empty())
            out_.field("default", *value);
    }
    void write(const id&) { out_.raw_members(R"("type":["string","integer"],"minLength":1,"maxLength":64)"); }
    void write(const integer& rule)
    {
        out_.field("type", "integer");
        if (rule.min != integer{}.min)
            out_.field("minimum", rule.min);
        if (rule.max != integer{}.max && !rule.cut)
            out_.field("maximum", rule.max);
        if (const auto* value = default_of<std::int64_t>())
            out_.field("default", *value);
    }
    void write(const boolean&)
    {
        out_.field("type", "boolean");
        if (const auto* value = default_of<bool>())
            out_.field("default", *value);
    }
    void write(const date&)
    {
        out_.raw_members(R"("type":"string","examples":["2025-01-31","2025-01-31T12:00:00Z"])");
    }
    void write(const list& rule)
    {
        out_.field("type", "array").field("minItems", rule.min_items).field("maxItems", rule.max_items);
        out_.key("items").begin_object();
        if (rule.each)
            write(*rule.each);
        else
            write(id{});
        out_.end_object();
    }
    void write(const json_object&) { out_.field("type", "object").field("additionalProperties", true); }
    void write(const detail::erased_choice& rule)
    {
        out_.field("type", "string");
        write_names(rule.names);
    }

    void write_names(const std::vector<std::string_view>& names)
    {
        if (names.empty())
            return;
        out_.key("enum").begin_array();
        for (const auto& name : names)
            out_.value(name);
        out_.end_array();
    }

    /// What the member is when the field is not sent, if that means anything to a reader.
    template <class Value>
    const Value* default_of() const
    {
        const bool plain =
            !field_.required_ && !field_.in_optional_ && !std::holds_alternative<list>(field_.rule_);
        return plain ? static_cast<const Value*>(field_.member_(defaults_)) : nullptr;
    }

    json_writer& out_;
    const field& field_;
    void* defaults_;
};

std::string object_base::describe(void* defaults) const
{
    json_writer out;
    if (!bare_.empty())
        out.begin_object().key("oneOf").begin_array();
    out.begin_object().field("type", "object").key("properties").begin_object();
    for (const auto& f : fields_) {
        out.key(f.name());
        describer(out, f, defaults).write();
        for (const auto& alias : f.aliases())
            out.key(alias).begin_object().field("description", "Another name of " + f.name()).end_object();
    }
    out.end_object();
    write_required(out, fields_);
    out.end_object();
    if (!bare_.empty())
        out.raw(R"({"type":["string","integer"]})").end_array().end_object();
    return std::move(out).take();
}

} // namespace chatd::schema
