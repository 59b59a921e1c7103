#pragma once

#include <chatd/api/call.hpp>
#include <chatd/api/reply.hpp>
#include <chatd/chat/core.hpp>
#include <chatd/http/request.hpp>
#include <chatd/schema/object.hpp>

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::api {

/// Who may call a route.
enum class access { anyone, user, admin };

/// Which request limit counts a call (contract section 1); `standard` is counted for every route under /api
/// and /chats.
enum class limit { none, standard, messages };

/// One documented answer: the schema is a component name of openapi.yaml.
struct answer {
    std::uint16_t status;
    std::string_view schema;
};

/// A call before validation: facts of the request, the raw input.
struct incoming {
    caller by;
    std::vector<std::pair<std::string_view, std::string>> params;
    const http::request* request =
        nullptr;            ///< null for socket events; valid until the handler has been started
    std::string_view input; ///< raw JSON: the body, or the argument of an event; may be empty
};

/// The handler's coroutine, or why the input was refused.
using prepared = result<outcome>;

/// One row: what a route is, what it takes, what it answers. Behaviour and openapi.yaml both come from it.
struct route {
    http::method verb;
    std::string pattern;
    std::string_view tag;
    std::string_view summary;
    access who = access::user;
    limit counted = limit::standard;
    bool body_optional = false;
    std::uint16_t conflict_status = 409; ///< register answers duplicates with 400 (contract section 2)
    std::string input_schema;            ///< JSON Schema of the input; empty: takes none
    std::string content_type = "application/json";
    std::vector<answer> answers;
    std::function<prepared(incoming&)> start;

    /// The input comes from the query string instead of the body.
    [[nodiscard]] bool input_from_query() const noexcept
    {
        return verb == http::method::get || verb == http::method::delete_;
    }
};

/// Fluent description of one row.
class route_builder {
  public:
    explicit route_builder(route& r) : route_(r) {}

    route_builder& open_to(access a) { return route_.who = a, *this; }
    route_builder& counted_as(limit l) { return route_.counted = l, *this; }
    route_builder& body_may_be_absent() { return route_.body_optional = true, *this; }
    route_builder& conflict_is(std::uint16_t status) { return route_.conflict_status = status, *this; }
    route_builder& answers(std::uint16_t status, std::string_view schema)
    {
        route_.answers.push_back({status, schema});
        return *this;
    }
    route_builder& answers_as(std::string content_type)
    {
        return route_.content_type = std::move(content_type), *this;
    }

    /// A handler without input.
    void to(chat::core& core, outcome (*handler)(chat::core&, call<nothing>));

    /// A handler whose input is validated by `shape`, taken from the query (GET, DELETE) or the JSON body.
    template <class Input>
    void to(chat::core& core, schema::object<Input> shape, outcome (*handler)(chat::core&, call<Input>))
    {
        route_.input_schema = shape.describe();
        route_.start = [&core, shape = std::move(shape), handler, from_query = route_.input_from_query(),
                        optional = route_.body_optional](incoming& i) -> prepared {
            auto in =
                from_query
                    ? shape.parse_query([&](std::string_view name) { return i.request->query_value(name); })
                    : shape.parse(optional && i.input.empty() ? "{}" : i.input);
            if (!in)
                return std::move(in).error();
            return handler(core, call<Input>{std::move(i.by), std::move(*in), std::move(i.params)});
        };
    }

    /// Anything else (operations, files): no validation by shape.
    void run(std::function<prepared(incoming&)> start) { route_.start = std::move(start); }

  private:
    route& route_;
};

/// All routes of a process, filled at start by each product.
class route_table {
  public:
    /// `tag` and `summary` must be literals.
    route_builder add(http::method verb, std::string pattern, std::string_view tag, std::string_view summary);
    /// A schema that answers refer to by name. `json` must be a literal.
    void component(std::string_view name, std::string_view json) { components_.emplace_back(name, json); }

    [[nodiscard]] const std::deque<route>& rows() const noexcept { return rows_; }
    [[nodiscard]] const auto& components() const noexcept { return components_; }

  private:
    std::deque<route> rows_;
    std::vector<std::pair<std::string_view, std::string_view>> components_;
};

} // namespace chatd::api
