#pragma once

#include <chatd/base/clock.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chatd {

/// Appends JSON to one string: no document tree, strings escaped once (RFC 8259). Commas are its business,
/// balance is the caller's. Not thread-safe.
class json_writer {
  public:
    json_writer() = default;

    json_writer& begin_object();
    json_writer& end_object();
    json_writer& begin_array();
    json_writer& end_array();
    json_writer& key(std::string_view name);

    json_writer& value(std::string_view s);
    json_writer& value(const char* s) { return value(std::string_view(s)); }
    json_writer& value(const std::string& s) { return value(std::string_view(s)); }
    json_writer& value(bool b);
    json_writer& value(double d);
    json_writer& value(std::nullptr_t);
    json_writer& value(timestamp t);
    template <std::integral Integer>
        requires(!std::same_as<Integer, bool>)
    json_writer& value(Integer n)
    {
        if constexpr (std::is_signed_v<Integer>)
            return integer(static_cast<std::int64_t>(n));
        else
            return natural(static_cast<std::uint64_t>(n));
    }
    template <class T>
    json_writer& value(const std::optional<T>& v)
    {
        return v ? value(*v) : value(nullptr);
    }

    /// Already serialised JSON, taken as it is.
    json_writer& raw(std::string_view json);

    /// Members of the object that is open, already serialised: `"a":1,"b":2`. Requires: not empty.
    json_writer& raw_members(std::string_view members) { return raw(members); }

    template <class T>
    json_writer& field(std::string_view name, const T& v)
    {
        key(name);
        return value(v);
    }
    json_writer& raw_field(std::string_view name, std::string_view json)
    {
        key(name);
        return raw(json);
    }

    [[nodiscard]] const std::string& str() const& noexcept { return out_; }
    [[nodiscard]] std::string take() && noexcept { return std::move(out_); }
    void reserve(std::size_t bytes) { out_.reserve(bytes); }

  private:
    json_writer& integer(std::int64_t n);
    json_writer& natural(std::uint64_t n);
    void separate();

    std::string out_;
    bool need_comma_ = false;
};

/// Appends `s` as a JSON string with its quotes. Invalid UTF-8 is the caller's bug and is copied as it is.
void append_json_string(std::string& out, std::string_view s);

} // namespace chatd
