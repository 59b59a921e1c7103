#include "envelope.hpp"
#include "rest_limits.hpp"
#include "security_headers.hpp"

#include <chatd/api/rest.hpp>
#include <chatd/base/ids.hpp>
#include <chatd/base/log.hpp>
#include <chatd/base/text.hpp>
#include <chatd/http/router.hpp>

#include <exception>
#include <string_view>
#include <utility>

namespace chatd::api {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::string_view exposed_headers = "X-Request-Id, RateLimit-Limit, RateLimit-Remaining, "
                                             "RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, "
                                             "X-RateLimit-Reset, Retry-After, ETag, Location, Upload-Offset, "
                                             "Upload-Length, Upload-Metadata, Upload-Expires, "
                                             "Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size";

/// The token of `Authorization: Bearer …`; empty when there is none.
std::string_view bearer_token(const http::request& r) noexcept
{
    const auto value = r.header("authorization");
    if (value.size() < 7 || !text::iequals_ascii(value.substr(0, 7), "bearer "))
        return {};
    return text::trim(value.substr(7));
}

bool is_json(std::string_view content_type) noexcept
{
    const auto type = text::trim(content_type.substr(0, content_type.find(';')));
    return text::iequals_ascii(type, "application/json") || type.ends_with("+json");
}

/// An id in the path that can be none of ours names nothing (contract section 1: 404).
bool has_impossible_id(const std::vector<std::pair<std::string_view, std::string>>& params) noexcept
{
    for (const auto& [name, value] : params)
        if ((name == "id" || name.ends_with("Id")) && !is_valid_id(value))
            return true;
    return false;
}

error for_http_status(std::uint16_t status)
{
    switch (status) {
    case 413:
        return {errc::payload_too_large, "Request body is too large"};
    case 414:
        return {errc::payload_too_large, "Request target is too long"};
    case 431:
        return {errc::payload_too_large, "Request header is too large"};
    case 408:
        return {errc::invalid, "Request was not completed in time"};
    case 405:
        return {errc::method_not_allowed, "Method not allowed"};
    case 503:
        return {errc::unavailable, ""};
    default:
        return status < 500 ? error{errc::invalid, "Malformed request"} : error{errc::internal, ""};
    }
}

} // namespace

struct rest::state {
    chat::core& core;
    const route_table& routes;
    rest_options options;
    http::cors cors;
    security_headers headers;
    rest_limits limits;
    http::router router;
    std::vector<route_stats> stats;
    async::gate gate;

    state(chat::core& c, const route_table& t, rest_options o)
        : core(c), routes(t), options(std::move(o)), cors(options.cors), limits(c), stats(t.rows().size() + 1)
    {
        for (std::size_t i = 0; i < routes.rows().size(); ++i)
            router.add(routes.rows()[i].verb, routes.rows()[i].pattern, i);
    }

    async::task<void> serve(http::exchange_ptr e);
    async::task<result<reply>> answer(http::exchange& e, const route* row, http::router::match& found,
                                      limit_headers& limited, std::string& user_id);
    result<void> check_body(const http::request& r, const route& row) const;
    void finish(http::exchange& e, const http::router::match& found, result<reply> outcome,
                const limit_headers& limited, std::string_view user_id, steady::time_point started);
};

/// Requests that carry a body must say that it is JSON.
result<void> rest::state::check_body(const http::request& r, const route& row) const
{
    if (row.input_schema.empty() || row.input_from_query() || r.body.empty())
        return {};
    if (!is_json(r.header("content-type")))
        return error{errc::unsupported_media_type, "Content-Type must be application/json"};
    return {};
}

async::task<result<reply>> rest::state::answer(http::exchange& e, const route* row,
                                               http::router::match& found, limit_headers& limited,
                                               std::string& user_id)
{
    const auto& r = e.req();
    caller by{.who = {},
              .token = std::string(bearer_token(r)),
              .address = r.client,
              .user_agent = std::string(r.header("user-agent")),
              .request_id = r.id,
              .socket_id = {},
              .idempotency_key = std::string(r.header("idempotency-key"))};

    // Who calls decides which limit counts, so tokens are looked at before anything is counted.
    error refusal{errc::unauthorized, "Access token is required"};
    if (!by.token.empty() && (!row || row->who != access::anyone)) {
        auto verified = co_await core.auth.verify_access(by.token);
        if (verified)
            by.who = std::move(*verified);
        else
            refusal = std::move(verified).error();
    }
    user_id = by.who.user_id;
    auto admitted = limits.admit(r, row ? row->counted : limit::standard, by.who.user_id, limited);
    if (!admitted)
        co_return admitted.error();

    if (!row)
        co_return found.allow.empty() ? error{errc::not_found, "Route not found"}
                                      : error{errc::method_not_allowed, "Method not allowed"};
    if (row->who != access::anyone && by.who.user_id.empty())
        co_return refusal;
    if (row->who == access::admin && by.who.role != chat::role::admin)
        co_return errc::forbidden;
    if (has_impossible_id(found.params))
        co_return errc::not_found;
    auto body = check_body(r, *row);
    if (!body)
        co_return body.error();

    incoming in{.by = std::move(by), .params = std::move(found.params), .request = &r, .input = r.body};
    auto started = row->start(in);
    if (!started)
        co_return std::move(started).error();
    co_return co_await std::move(*started);
}

async::task<void> rest::state::serve(http::exchange_ptr e)
{
    const auto started = steady::now();
    auto found = router.find(e->req().verb, e->req().path);
    const auto* row = found.route ? &routes.rows()[*found.route] : nullptr;
    limit_headers limited;
    std::string user_id;
    result<reply> outcome = errc::internal;
    try {
        outcome = co_await answer(*e, row, found, limited, user_id);
    } catch (const std::exception& failure) {
        log::error("rest", "handler threw", {{"path", e->req().path}, {"reason", failure.what()}});
    }
    finish(*e, found, std::move(outcome), limited, user_id, started);
}

void rest::state::finish(http::exchange& e, const http::router::match& found, result<reply> outcome,
                         const limit_headers& limited, std::string_view user_id, steady::time_point started)
{
    const auto& r = e.req();
    const auto index = found.route.value_or(routes.rows().size());
    http::response out;
    if (outcome) {
        out = success_response(r, std::move(*outcome));
    } else {
        const auto& why = outcome.error();
        const bool own_conflict = why.code == errc::conflict && found.route;
        out =
            error_response(r, why, own_conflict ? routes.rows()[index].conflict_status : status_of(why.code));
        if (why.code == errc::method_not_allowed)
            out.set("Allow", found.allow);
        if (out.status >= 500)
            log::error("rest", "request failed",
                       {{"requestId", r.id},
                        {"path", r.path},
                        {"code", to_string(why.code)},
                        {"reason", why.detail},
                        {"where", why.where}});
    }
    limited.write(out);

    const auto seconds = std::chrono::duration<double>(steady::now() - started).count();
    auto& row_stats = stats[index];
    ++row_stats.by_class[std::min<std::size_t>(out.status / 100, 5)];
    row_stats.seconds.observe(seconds);
    const auto route =
        found.route ? std::string_view(routes.rows()[index].pattern) : std::string_view("none");
    log::info("rest", "request",
              {{"requestId", r.id},
               {"userId", user_id},
               {"method", r.verb_text},
               {"route", route},
               {"status", out.status},
               {"ms", seconds * 1000}});
    e.respond(std::move(out));
}

rest::rest(chat::core& core, const route_table& routes, rest_options o)
{
    o.cors.exposed_headers = exposed_headers;
    state_ = std::make_unique<state>(core, routes, std::move(o));
}

rest::~rest() = default;

void rest::handle(http::exchange_ptr e)
{
    if (http::cors::is_preflight(e->req())) {
        e->respond(state_->cors.preflight(e->req()));
        return;
    }
    if (state_->gate.closed()) {
        e->respond(error_page(e->req(), 503));
        return;
    }
    async::spawn(state_->gate, "rest", state_->serve(std::move(e)));
}

void rest::finish(const http::request& r, http::response& out) const
{
    if (out.header("X-Request-Id").empty())
        out.set("X-Request-Id", r.id);
    state_->headers.decorate(r, out);
    if (!http::cors::is_preflight(r))
        state_->cors.decorate(r, out);
}

http::response rest::error_page(const http::request& r, std::uint16_t status) const
{
    return error_response(r, for_http_status(status), status);
}

const http::cors& rest::cross_origin() const noexcept
{
    return state_->cors;
}

void rest::close(std::function<void()> drained)
{
    state_->gate.close(std::move(drained));
}

const std::vector<route_stats>& rest::stats() const noexcept
{
    return state_->stats;
}

} // namespace chatd::api
