#include <chatd/http/cors.hpp>

#include <algorithm>

namespace chatd::http {

cors::cors(options o) : options_(std::move(o))
{
    any_ = std::find(options_.origins.begin(), options_.origins.end(), "*") != options_.origins.end();
}

bool cors::allows(std::string_view origin) const noexcept
{
    return origin.empty() || any_ ||
           std::find(options_.origins.begin(), options_.origins.end(), origin) != options_.origins.end();
}

bool cors::is_preflight(const request& r) noexcept
{
    return r.verb == method::options && r.has_header("origin") &&
           r.has_header("access-control-request-method");
}

response cors::preflight(const request& r) const
{
    response out;
    out.status = 204;
    decorate(r, out);
    if (out.header("Access-Control-Allow-Origin").empty())
        return out;
    out.set("Access-Control-Allow-Methods", options_.methods);
    if (const auto wanted = r.header("access-control-request-headers"); !wanted.empty())
        out.set("Access-Control-Allow-Headers", std::string(wanted));
    out.set("Access-Control-Max-Age", "86400");
    return out;
}

void cors::decorate(const request& r, response& out) const
{
    const auto origin = r.header("origin");
    if (any_) {
        if (!origin.empty())
            out.set("Access-Control-Allow-Origin", "*");
    } else {
        // A cache must not hand one origin's answer, or its absence, to another.
        const auto vary = out.header("Vary");
        out.set("Vary", vary.empty() ? "Origin" : std::string(vary) + ", Origin");
        if (origin.empty() || !allows(origin))
            return;
        out.set("Access-Control-Allow-Origin", std::string(origin));
        out.set("Access-Control-Allow-Credentials", "true");
    }
    if (!origin.empty() && !options_.exposed_headers.empty())
        out.set("Access-Control-Expose-Headers", options_.exposed_headers);
}

} // namespace chatd::http
