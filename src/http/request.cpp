#include <chatd/base/text.hpp>
#include <chatd/http/request.hpp>

#include <algorithm>

namespace chatd::http {

std::string_view to_string(method m) noexcept
{
    switch (m) {
    case method::get:
        return "GET";
    case method::head:
        return "HEAD";
    case method::post:
        return "POST";
    case method::put:
        return "PUT";
    case method::patch:
        return "PATCH";
    case method::delete_:
        return "DELETE";
    case method::options:
        return "OPTIONS";
    case method::other:
        break;
    }
    return "OTHER";
}

std::string_view request::header(std::string_view name) const noexcept
{
    const auto found =
        std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return h.first == name; });
    return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

bool request::has_header(std::string_view name) const noexcept
{
    return std::any_of(headers.begin(), headers.end(), [&](const auto& h) { return h.first == name; });
}

std::optional<std::string> find_query_value(std::string_view query, std::string_view name)
{
    auto rest = query;
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        const auto equals = pair.find('=');
        const auto key = text::percent_decode(pair.substr(0, equals), true);
        if (key && *key == name)
            return text::percent_decode(
                equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    }
    return std::nullopt;
}

std::optional<std::string> request::query_value(std::string_view name) const
{
    return find_query_value(query, name);
}

} // namespace chatd::http
