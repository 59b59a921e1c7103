#include "security_headers.hpp"

#include <string_view>

namespace chatd::api {
namespace {

constexpr std::string_view policy =
    "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors "
    "'self';"
    "img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';"
    "style-src 'self' https: 'unsafe-inline'";

std::string block(bool https, std::string_view resource_policy, bool with_policy)
{
    std::string out;
    auto line = [&out](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    if (with_policy)
        line("Content-Security-Policy", std::string(policy) + (https ? ";upgrade-insecure-requests" : ""));
    line("Cross-Origin-Opener-Policy", "same-origin");
    line("Cross-Origin-Resource-Policy", resource_policy);
    line("Origin-Agent-Cluster", "?1");
    line("Referrer-Policy", "no-referrer");
    if (https)
        line("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    line("X-Content-Type-Options", "nosniff");
    line("X-DNS-Prefetch-Control", "off");
    line("X-Download-Options", "noopen");
    line("X-Frame-Options", "SAMEORIGIN");
    line("X-Permitted-Cross-Domain-Policies", "none");
    line("X-XSS-Protection", "0");
    return out;
}

bool is_cross_origin_resource(std::string_view path) noexcept
{
    return path.starts_with("/socket.io/") || path == "/socket.io" || path.starts_with("/api/files/");
}

} // namespace

security_headers::security_headers() : plain_(build(false)), secure_(build(true)) {}

security_headers::blocks security_headers::build(bool https)
{
    return {block(https, "same-origin", true), block(https, "cross-origin", true),
            block(https, "same-origin", false)};
}

void security_headers::decorate(const http::request& r, http::response& out) const
{
    const auto& set = r.secure ? secure_ : plain_;
    if (!out.header("Content-Security-Policy").empty())
        out.header_block = set.own_policy;
    else
        out.header_block = is_cross_origin_resource(r.path) ? set.cross_origin : set.ordinary;
}

} // namespace chatd::api
