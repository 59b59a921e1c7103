#pragma once

#include <chatd/api/call.hpp>
#include <chatd/api/reply.hpp>
#include <chatd/api/route_table.hpp>
#include <chatd/chat/core.hpp>
#include <chatd/schema/object.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace chatd::api {

/// One client event of contract section 9.
struct event_row {
    std::string name;
    std::string_view summary;
    std::string input_schema;
    bool is_typing = false; ///< own rate bucket, dropped silently above it
    std::function<prepared(incoming&)> start;
};

/// All client events of a process, filled at start by each product.
class event_table {
  public:
    /// `summary` must be a literal. `shape` validates the first argument of the event.
    template <class Input>
    event_row& add(std::string name, std::string_view summary, chat::core& core, schema::object<Input> shape,
                   outcome (*handler)(chat::core&, call<Input>))
    {
        auto& row = rows_[name];
        row.name = std::move(name);
        row.summary = summary;
        row.input_schema = shape.describe();
        row.start = [&core, shape = std::move(shape), handler](incoming& i) -> prepared {
            auto in = shape.parse(i.input.empty() ? "{}" : i.input);
            if (!in)
                return std::move(in).error();
            return handler(core, call<Input>{std::move(i.by), std::move(*in), {}});
        };
        return row;
    }
    /// An event whose argument is not an object, or is passed on as it is.
    event_row& add_raw(std::string name, std::string_view summary, std::function<prepared(incoming&)> start);

    /// Null when there is no such event.
    [[nodiscard]] const event_row* find(std::string_view name) const noexcept;
    [[nodiscard]] const auto& rows() const noexcept { return rows_; }

  private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };
    std::unordered_map<std::string, event_row, hash, std::equal_to<>> rows_;
};

} // namespace chatd::api
