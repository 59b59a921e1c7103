#include "envelope.hpp"

#include <chatd/base/clock.hpp>
#include <chatd/base/json_writer.hpp>

#include <functional>
#include <string_view>
#include <utility>

namespace chatd::api {
namespace {

std::string_view standard_text(errc code) noexcept
{
    switch (code) {
    case errc::invalid:
        return "Validation failed";
    case errc::unauthorized:
        return "Invalid or expired token";
    case errc::forbidden:
        return "Access denied";
    case errc::not_found:
        return "Not found";
    case errc::method_not_allowed:
        return "Method not allowed";
    case errc::conflict:
        return "Conflict";
    case errc::payload_too_large:
        return "Payload too large";
    case errc::unsupported_media_type:
        return "Unsupported media type";
    case errc::rate_limited:
        return "Too many requests, please try again later";
    case errc::unavailable:
        return "Service temporarily unavailable";
    case errc::internal:
        break;
    }
    return "Internal server error";
}

bool has_object_errors(std::string_view path) noexcept
{
    return path.starts_with("/api/v1/") || path == "/api/v1" || path.starts_with("/chats/") ||
           path == "/chats";
}

void write_details(json_writer& w, const error& e)
{
    w.begin_object();
    for (const auto& f : e.fields)
        w.field(f.field, f.message);
    w.end_object();
}

void write_errors(json_writer& w, const error& e)
{
    w.key("errors").begin_array();
    for (const auto& f : e.fields)
        w.begin_object().field("field", f.field).field("message", f.message).end_object();
    w.end_array();
}

/// Weak comparison (RFC 9110 section 13.1.2) of a list of entity tags.
bool matches(std::string_view if_none_match, std::string_view tag) noexcept
{
    return if_none_match == "*" || if_none_match.find(tag) != std::string_view::npos;
}

std::string entity_tag(std::string_view body)
{
    json_writer number;
    number.value(static_cast<std::uint64_t>(std::hash<std::string_view>{}(body)));
    return '"' + std::move(number).take() + '"';
}

std::string wrap(reply&& r)
{
    std::string out;
    out.reserve(r.data.size() + r.extra.size() + r.pagination.size() + 96);
    out += R"({"success":true,"message":)";
    append_json_string(out, r.message);
    if (!r.data.empty())
        out.append(",\"data\":").append(r.data);
    if (!r.extra.empty())
        out.append(",").append(r.extra);
    if (!r.pagination.empty())
        out.append(",\"pagination\":").append(r.pagination);
    out += '}';
    return out;
}

void write_failure(json_writer& w, const error& e)
{
    w.field("message", text_of(e)).field("code", to_string(e.code));
    if (!e.fields.empty())
        write_errors(w, e);
    if (e.retry_after.count() > 0)
        w.field("retryAfter", e.retry_after.count());
}

} // namespace

std::uint16_t status_of(errc code) noexcept
{
    switch (code) {
    case errc::invalid:
        return 400;
    case errc::unauthorized:
        return 401;
    case errc::forbidden:
        return 403;
    case errc::not_found:
        return 404;
    case errc::method_not_allowed:
        return 405;
    case errc::conflict:
        return 409;
    case errc::payload_too_large:
        return 413;
    case errc::unsupported_media_type:
        return 415;
    case errc::rate_limited:
        return 429;
    case errc::unavailable:
        return 503;
    case errc::internal:
        break;
    }
    return 500;
}

std::string text_of(const error& e)
{
    const bool is_private = e.code == errc::internal || e.code == errc::unavailable;
    return e.detail.empty() || is_private ? std::string(standard_text(e.code)) : e.detail;
}

http::response success_response(const http::request& r, reply&& body)
{
    const auto status = body.status;
    const bool conditional = body.conditional;
    http::response out;
    if (body.bare.empty()) {
        out = http::json_response(status, wrap(std::move(body)));
    } else {
        out.status = status;
        out.set("Content-Type", std::string(body.bare_type));
        out.body = std::move(body.bare);
    }
    if (conditional) {
        auto tag = entity_tag(out.body);
        const bool unchanged = matches(r.header("if-none-match"), tag);
        out.set("ETag", std::move(tag));
        out.set("Cache-Control", "private, no-cache");
        if (unchanged) {
            out.status = 304;
            out.body.clear();
        }
    }
    return out;
}

http::response error_response(const http::request& r, const error& e, std::uint16_t status)
{
    const auto text = text_of(e);
    json_writer w;
    w.begin_object().field("success", false).field("message", text);
    if (has_object_errors(r.path)) {
        w.key("error").begin_object().field("code", to_string(e.code)).field("message", text).key("details");
        write_details(w, e);
        w.end_object();
    } else {
        w.field("error", text);
    }
    w.field("code", to_string(e.code));
    write_errors(w, e);
    w.key("details");
    write_details(w, e);
    w.field("requestId", r.id).field("timestamp", system_clock{}.now()).field("path", r.path);
    w.field("method", r.verb_text).end_object();

    auto out = http::json_response(status, std::move(w).take());
    if (e.retry_after.count() > 0 || e.code == errc::unavailable || e.code == errc::rate_limited)
        out.set("Retry-After", std::to_string(std::max<std::int64_t>(1, e.retry_after.count())));
    return out;
}

std::string ack_success(const reply& r)
{
    return r.data.empty() ? R"({"success":true})" : R"({"success":true,"data":)" + r.data + "}";
}

std::string ack_failure(const error& e)
{
    json_writer w;
    w.begin_object().field("success", false);
    write_failure(w, e);
    return std::move(w.end_object()).take();
}

std::string error_event(const error& e, std::string_view event)
{
    json_writer w;
    w.begin_object();
    write_failure(w, e);
    w.field("event", event);
    return std::move(w.end_object()).take();
}

outcome answer_now(result<reply> r)
{
    co_return r;
}

std::string pagination_view(const chat::page_info& p)
{
    json_writer w;
    w.begin_object().field("page", p.page).field("limit", p.limit).field("total", p.total);
    w.field("pages", p.pages()).field("totalPages", p.pages()).field("hasMore", p.has_more);
    return std::move(w.field("nextCursor", p.next_cursor).end_object()).take();
}

} // namespace chatd::api
