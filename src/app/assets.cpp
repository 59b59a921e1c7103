#include "assets.hpp"

#include "asset_symbols.inc"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>

namespace chatd::app {
namespace {

struct asset {
    std::string_view path;
    const char* begin;
    const char* end;
    std::string_view content_type;
    std::string_view policy;

    [[nodiscard]] std::string_view bytes() const noexcept
    {
        return {begin, static_cast<std::size_t>(end - begin)};
    }
};

const auto assets = std::to_array<asset>({
#include "asset_table.inc"
});

/// Scripts and styles only from here. Swagger UI sets style attributes and shows icons from data URLs.
std::string content_security_policy(std::string_view kind)
{
    std::string policy =
        "default-src 'self';base-uri 'self';form-action 'self';frame-ancestors 'self';"
        "object-src 'none';script-src 'self';script-src-attr 'none';connect-src 'self' ws: wss:;";
    policy += kind == "docs" ? "style-src 'self' 'unsafe-inline';img-src 'self' data:"
                             : "style-src 'self';img-src 'self'";
    return policy;
}

const asset* find(std::string_view path) noexcept
{
    if (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    const auto* found =
        std::find_if(assets.begin(), assets.end(), [path](const asset& a) { return a.path == path; });
    return found == assets.end() ? nullptr : found;
}

/// Hashed at the first request of a file, so that nobody pays for files that nobody asks for.
const std::string& entity_tag(const asset& a)
{
    static std::array<std::string, assets.size()> tags;
    auto& tag = tags[static_cast<std::size_t>(&a - assets.data())];
    if (tag.empty())
        tag = '"' + std::to_string(std::hash<std::string_view>{}(a.bytes())) + '"';
    return tag;
}

} // namespace

bool serve_asset(http::exchange& e)
{
    const auto& request = e.req();
    if (request.verb != http::method::get && request.verb != http::method::head)
        return false;
    const auto* found = find(request.path);
    if (!found)
        return false;

    const auto& tag = entity_tag(*found);
    http::response answer;
    answer.set("Content-Type", std::string(found->content_type) +
                                   (found->content_type == "image/png" ? "" : "; charset=utf-8"));
    answer.set("Cache-Control", "public, max-age=0, must-revalidate");
    answer.set("ETag", tag);
    if (found->policy != "-")
        answer.set("Content-Security-Policy", content_security_policy(found->policy));
    if (request.header("if-none-match") == tag)
        answer.status = 304;
    else
        answer.static_body = found->bytes();
    e.respond(std::move(answer));
    return true;
}

} // namespace chatd::app
