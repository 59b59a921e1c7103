#pragma once

#include <chatd/schema/rules.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace chatd::schema {

namespace detail {

/// choice<Enum> without its type: `store` is false for a word that stands for nothing.
struct erased_choice {
    std::function<bool(void* member, std::string_view word)> store;
    std::vector<std::string_view> names;
};

using any_rule = std::variant<text, id, integer, boolean, date, list, json_object, erased_choice>;

} // namespace detail

/// One declared member of an object; made by object<T>.
class field {
  public:
    /// Another name under which clients send it. The documentation names all of them.
    field& or_named(std::string alias)
    {
        aliases_.push_back(std::move(alias));
        return *this;
    }
    /// Replaces the text of every complaint about this field.
    field& message(std::string text)
    {
        message_ = std::move(text);
        return *this;
    }
    /// For openapi.yaml.
    field& described(std::string text)
    {
        description_ = std::move(text);
        return *this;
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const std::vector<std::string>& aliases() const noexcept { return aliases_; }
    [[nodiscard]] bool is_required() const noexcept { return required_; }
    [[nodiscard]] bool answers_to(std::string_view name) const noexcept
    {
        if (name == name_)
            return true;
        for (const auto& alias : aliases_)
            if (name == alias)
                return true;
        return false;
    }

  private:
    friend class object_base;
    friend class field_reader;
    friend class describer;

    std::string name_;
    std::vector<std::string> aliases_;
    bool required_ = false;
    bool in_optional_ = false; // the member is a std::optional
    detail::any_rule rule_;
    std::function<void*(void* object)> member_;
    std::string message_;
    std::string description_;
};

} // namespace chatd::schema
