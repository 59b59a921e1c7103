#include <chatd/base/text.hpp>
#include <chatd/http/response.hpp>

#include <algorithm>

namespace chatd::http {

namespace {

auto find_header(auto& headers, std::string_view name)
{
    return std::find_if(headers.begin(), headers.end(),
                        [&](const auto& h) { return text::iequals_ascii(h.first, name); });
}

} // namespace

void response::set(std::string_view name, std::string value)
{
    const auto found = find_header(headers, name);
    if (found != headers.end())
        found->second = std::move(value);
    else
        headers.emplace_back(name, std::move(value));
}

std::string_view response::header(std::string_view name) const noexcept
{
    const auto found = find_header(headers, name);
    return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

response json_response(std::uint16_t status, std::string json)
{
    response r;
    r.status = status;
    r.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
    r.body = std::move(json);
    return r;
}

response text_response(std::uint16_t status, std::string text)
{
    response r;
    r.status = status;
    r.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
    r.body = std::move(text);
    return r;
}

std::string_view reason_phrase(std::uint16_t status) noexcept
{
    struct entry {
        std::uint16_t status;
        std::string_view phrase;
    };
    // RFC 9110 section 15, RFC 6585, RFC 4918.
    static constexpr entry phrases[] = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    const auto found = std::lower_bound(std::begin(phrases), std::end(phrases), status,
                                        [](const entry& e, std::uint16_t s) { return e.status < s; });
    return found != std::end(phrases) && found->status == status ? found->phrase : std::string_view{};
}

} // namespace chatd::http
