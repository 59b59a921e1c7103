#pragma once

#include <chatd/base/json_reader.hpp>
#include <chatd/schema/field.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::schema {

/// Checks one value against the rule of a field and stores it in the object.
class field_reader {
  public:
    /// `object` is what field::member_ expects.
    field_reader(const field& f, void* object) : field_(f), member_(f.member_(object)) {}

    /// Reads the value that comes next in `in`. What is wrong with it, without the field's name; empty when
    /// it was stored. Whatever is wrong, the value has been passed over, unless `in` failed.
    [[nodiscard]] std::string from_json(json_reader& in);
    /// The same for the text of a query parameter.
    [[nodiscard]] std::string from_query(std::string value);

  private:
    /// A number or string as it was sent.
    struct word {
        std::string text;
        bool is_string = false;
        bool clean = true;
    };

    [[nodiscard]] static bool read_word(json_reader& in, word& out);
    [[nodiscard]] std::string wrong_kind(json_reader& in);
    [[nodiscard]] std::string read_boolean(json_reader& in);
    [[nodiscard]] std::string read_list(json_reader& in, const list& rule);
    [[nodiscard]] std::string read_object(json_reader& in, const json_object& rule);

    [[nodiscard]] std::string read_comma_list(const list& rule, std::string_view value);
    [[nodiscard]] std::string store_list(const list& rule, std::vector<std::string> items, std::string wrong);
    [[nodiscard]] static std::string check_id(const word& w);
    [[nodiscard]] static std::string check_item(const list& rule, word& w);

    [[nodiscard]] std::string apply(word w);
    [[nodiscard]] std::string apply(const text& rule, word& w);
    [[nodiscard]] std::string apply(const id& rule, word& w);
    [[nodiscard]] std::string apply(const integer& rule, const word& w);
    [[nodiscard]] std::string apply(const date& rule, const word& w);
    [[nodiscard]] std::string apply(const detail::erased_choice& rule, const word& w);

    template <class Value>
    void store(Value value)
    {
        if (field_.in_optional_)
            *static_cast<std::optional<Value>*>(member_) = std::move(value);
        else
            *static_cast<Value*>(member_) = std::move(value);
    }

    const field& field_;
    void* member_;
};

} // namespace chatd::schema
