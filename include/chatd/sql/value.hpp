#pragma once

#include <chatd/base/clock.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::sql {

/// Bytes that are not text. A view, like every value.
struct blob {
    std::string_view bytes;
};

/// One parameter of a statement: null, integer, real, text or blob. Text and blobs are views that must
/// outlive the call they are passed to. Times are milliseconds, booleans 0 and 1.
class value {
  public:
    enum class kind : std::uint8_t { null, integer, real, text, blob };

    value(std::nullptr_t = nullptr) noexcept {}
    template <std::integral Integer>
    value(Integer n) noexcept : kind_(kind::integer), integer_(static_cast<std::int64_t>(n))
    {
    }
    value(double d) noexcept : kind_(kind::real), real_(d) {}
    value(std::string_view s) noexcept : kind_(kind::text), bytes_(s) {}
    value(const std::string& s) noexcept : value(std::string_view(s)) {}
    value(const char* s) noexcept : value(std::string_view(s)) {}
    value(sql::blob b) noexcept : kind_(kind::blob), bytes_(b.bytes) {}
    value(timestamp t) noexcept : value(to_millis(t)) {}
    template <class T>
    value(const std::optional<T>& v) noexcept : value(v ? value(*v) : value(nullptr))
    {
    }

    [[nodiscard]] kind type() const noexcept { return kind_; }
    [[nodiscard]] std::int64_t integer() const noexcept { return integer_; }
    [[nodiscard]] double real() const noexcept { return real_; }
    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

  private:
    kind kind_ = kind::null;
    union {
        std::int64_t integer_ = 0;
        double real_;
    };
    std::string_view bytes_;
};

/// The parameters of one call, `$1` first. Lives no longer than the call: `db.exec(rename, {name, key})`.
class params {
  public:
    params() noexcept = default;
    params(std::initializer_list<value> values) noexcept : data_(values.begin()), size_(values.size()) {}
    params(const std::vector<value>& values) noexcept : data_(values.data()), size_(values.size()) {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    const value& operator[](std::size_t i) const noexcept { return data_[i]; }

  private:
    const value* data_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace chatd::sql
