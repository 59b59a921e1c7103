#pragma once

#include <chatd/base/error.hpp>
#include <chatd/base/result.hpp>
#include <chatd/schema/field.hpp>
#include <chatd/schema/rules.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace chatd::schema {

/// What object<T> does for every T.
class object_base {
  protected:
    using lookup = std::function<std::optional<std::string>(std::string_view name)>;

    field& add(std::string name, bool required, bool in_optional, detail::any_rule rule,
               std::function<void*(void*)> member);
    [[nodiscard]] std::optional<error> read(std::string_view json, void* into) const;
    [[nodiscard]] std::optional<error> read_query(const lookup& value_of, void* into) const;
    /// `defaults`: an object as T{} makes it.
    [[nodiscard]] std::string describe(void* defaults) const;

    struct cross_check {
        std::function<bool(const void*)> holds;
        field_error otherwise;
    };
    std::deque<field> fields_;
    std::vector<cross_check> conditions_;
    std::string bare_;

  private:
    class progress;
    [[nodiscard]] std::size_t index_of(std::string_view name) const noexcept;
    [[nodiscard]] std::optional<error> judge(const progress& done, const void* object) const;
};

/// The shape of a JSON object declared once: from it come parsing with all complaints at once, and the JSON
/// Schema of openapi.yaml. Members of T that are not sent keep the value T{} gives them. Declared at start,
/// then immutable: parse() may be called from any thread.
///
///     schema::object<send_message_input> shape;
///     shape.required("conversationId", &send_message_input::conversation_id,
///     schema::id{}).or_named("roomId"); shape.required("content", &send_message_input::content, {.min = 1,
///     .max = 1000, .trimmed = true}); shape.optional("metadata", &send_message_input::metadata,
///     schema::json_object{});
template <class T>
class object : private object_base {
  public:
    /// The rule is that of the member's type: text, integer, boolean, date or list.
    template <class Member>
    field& required(std::string name, Member T::*member, rule_for<Member> rule = {})
    {
        return declare(std::move(name), true, member, std::move(rule));
    }
    template <class Member, named_rule Rule>
    field& required(std::string name, Member T::*member, Rule rule)
    {
        return declare(std::move(name), true, member, std::move(rule));
    }
    template <class Member>
    field& optional(std::string name, Member T::*member, rule_for<Member> rule = {})
    {
        return declare(std::move(name), false, member, std::move(rule));
    }
    template <class Member, named_rule Rule>
    field& optional(std::string name, Member T::*member, Rule rule)
    {
        return declare(std::move(name), false, member, std::move(rule));
    }

    /// A rule over several fields, looked at when each of them is right: `holds` or a complaint about `name`.
    void condition(std::string name, std::string message, bool (*holds)(const T&))
    {
        conditions_.push_back({[holds](const void* o) { return holds(*static_cast<const T*>(o)); },
                               {std::move(name), std::move(message)}});
    }

    /// A string or number instead of the object is taken as this field (events that are sent with a bare id).
    void bare_value_is(std::string name) { bare_ = std::move(name); }

    /// `invalid` with "Malformed JSON", or with "Validation failed" and every broken field in the order of
    /// declaration. Unknown members are ignored, null counts as absent, of equal names the last one counts.
    [[nodiscard]] result<T> parse(std::string_view json) const
    {
        T value{};
        if (auto failed = object_base::read(json, &value))
            return std::move(*failed);
        return value;
    }

    /// The same rules for a query string; `value_of(name)` is the decoded value of a parameter, if any. An
    /// empty text is an absent one.
    template <class Lookup>
    [[nodiscard]] result<T> parse_query(Lookup&& value_of) const
    {
        T value{};
        if (auto failed = object_base::read_query(std::forward<Lookup>(value_of), &value))
            return std::move(*failed);
        return value;
    }

    /// JSON Schema (2020-12, as in OpenAPI 3.1) on one line.
    [[nodiscard]] std::string describe() const
    {
        T defaults{};
        return object_base::describe(&defaults);
    }

  private:
    template <class Member, class Rule>
    field& declare(std::string name, bool required, Member T::*member, Rule rule)
    {
        using value = typename detail::value_of<Member>::type;
        constexpr bool in_optional = !std::is_same_v<value, Member>;
        auto at = [member](void* o) -> void* { return &(static_cast<T*>(o)->*member); };
        if constexpr (detail::is_choice<Rule>) {
            auto store = [parse = rule.parse](void* m, std::string_view word) {
                const std::optional<value> found = parse(word);
                if (found)
                    *static_cast<Member*>(m) = *found;
                return found.has_value();
            };
            return add(std::move(name), required, in_optional,
                       detail::erased_choice{std::move(store), std::move(rule.names)}, std::move(at));
        } else {
            static_assert(std::is_same_v<Rule, rule_for<Member>> || std::is_same_v<value, std::string>);
            return add(std::move(name), required, in_optional, std::move(rule), std::move(at));
        }
    }
};

} // namespace chatd::schema
