#include "rest_limits.hpp"

#include <string>

namespace chatd::api {
namespace {

bool is_limited(std::string_view path) noexcept
{
    return path.starts_with("/api/") || path.starts_with("/chats/") || path == "/chats";
}

} // namespace

void limit_headers::write(http::response& out) const
{
    if (!counted)
        return;
    const auto maximum = std::to_string(counted->limit);
    const auto remaining = std::to_string(counted->remaining);
    const auto reset = std::to_string(counted->reset.count());
    out.set("RateLimit-Limit", maximum);
    out.set("RateLimit-Remaining", remaining);
    out.set("RateLimit-Reset", reset);
    out.set("X-RateLimit-Limit", maximum);
    out.set("X-RateLimit-Remaining", remaining);
    out.set("X-RateLimit-Reset", reset);
}

result<void> rest_limits::admit(const http::request& r, limit which, std::string_view user_id,
                                limit_headers& out)
{
    const auto& rules = core_.settings.limits;
    if (!rules.enabled || which == limit::none || !is_limited(r.path))
        return {};
    const bool anonymous = user_id.empty();
    out.counted =
        core_.limits.hit((anonymous ? "address/" : "user/") + (anonymous ? r.client : std::string(user_id)),
                         anonymous ? rules.anonymous : rules.authenticated);
    if (out.counted->allowed && which == limit::messages && !anonymous)
        out.counted = core_.limits.hit("messages/" + std::string(user_id), rules.messages);
    if (out.counted->allowed)
        return {};
    error refused{errc::rate_limited};
    refused.retry_after = out.counted->reset;
    return refused;
}

} // namespace chatd::api
