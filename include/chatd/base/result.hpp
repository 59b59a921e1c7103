#pragma once

#include <chatd/base/error.hpp>

#include <cassert>
#include <utility>
#include <variant>

namespace chatd {

/// A value or the error that prevented it. Reading the wrong side is a bug (asserted).
template <class T>
class [[nodiscard]] result {
  public:
    result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    result(error e) : state_(std::in_place_index<1>, std::move(e)) {}
    result(errc code) : state_(std::in_place_index<1>, code) {}

    explicit operator bool() const noexcept { return state_.index() == 0; }

    T& operator*() & noexcept { return value(); }
    const T& operator*() const& noexcept { return const_cast<result*>(this)->value(); }
    T&& operator*() && noexcept { return std::move(value()); }
    T* operator->() noexcept { return &value(); }
    const T* operator->() const noexcept { return &const_cast<result*>(this)->value(); }

    [[nodiscard]] const chatd::error& error() const& noexcept
    {
        assert(state_.index() == 1);
        return *std::get_if<1>(&state_);
    }
    [[nodiscard]] chatd::error&& error() && noexcept
    {
        assert(state_.index() == 1);
        return std::move(*std::get_if<1>(&state_));
    }

  private:
    T& value() noexcept
    {
        assert(state_.index() == 0);
        return *std::get_if<0>(&state_);
    }

    std::variant<T, chatd::error> state_;
};

/// Success without a value, or the error.
template <>
class [[nodiscard]] result<void> {
  public:
    result() = default;
    result(chatd::error e) : state_(std::in_place_index<1>, std::move(e)) {}
    result(errc code) : state_(std::in_place_index<1>, code) {}

    explicit operator bool() const noexcept { return state_.index() == 0; }

    [[nodiscard]] const chatd::error& error() const& noexcept
    {
        assert(state_.index() == 1);
        return *std::get_if<1>(&state_);
    }

  private:
    std::variant<std::monostate, chatd::error> state_;
};

} // namespace chatd
