#include "request_parser.hpp"

#include <chatd/base/text.hpp>

#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace chatd::http {

namespace beast_http = boost::beast::http;

namespace {

// A chunk's extensions or the trailer section; nobody sends more.
constexpr std::size_t max_chunk_line = 8 << 10;
// "0\r\n\r\n": what is left of a chunked body is never less, and Beast asserts that it is not offered less.
constexpr std::size_t shortest_chunked_end = 5;
constexpr std::size_t first_reservation = 64 << 10;

method method_of(beast_http::verb v) noexcept
{
    switch (v) {
    case beast_http::verb::get:
        return method::get;
    case beast_http::verb::head:
        return method::head;
    case beast_http::verb::post:
        return method::post;
    case beast_http::verb::put:
        return method::put;
    case beast_http::verb::patch:
        return method::patch;
    case beast_http::verb::delete_:
        return method::delete_;
    case beast_http::verb::options:
        return method::options;
    default:
        return method::other;
    }
}

// Splits "/a/b?c" or, in absolute form (RFC 9112 section 3.2.2), "http://host/a/b?c".
void split_target(request& r) noexcept
{
    std::string_view rest = r.target;
    if (const auto scheme = rest.find("://"); scheme != std::string_view::npos && !rest.starts_with('/')) {
        const auto slash = rest.find_first_of("/?", scheme + 3);
        rest = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
    }
    const auto question = rest.find('?');
    r.path = rest.substr(0, question);
    r.query = question == std::string_view::npos ? std::string_view{} : rest.substr(question + 1);
    if (r.path.empty())
        r.path = "/";
}

} // namespace

request_parser::request_parser(const limits& l, request& into) : limits_(l), request_(into)
{
    header_limit(static_cast<std::uint32_t>(l.max_header));
    body_limit(l.max_body);
}

request_parser::outcome request_parser::put(std::string_view bytes)
{
    const bool was_header_done = header_seen_;
    if (was_header_done && chunked() && bytes.size() < shortest_chunked_end)
        return {status::need_more, 0};
    error_code ec;
    const auto consumed = base::put({bytes.data(), bytes.size()}, ec);
    const auto rest = bytes.size() - consumed;
    if (ec && ec != beast_http::error::need_more)
        return fail(status_of(ec, bytes));
    if (!was_header_done) {
        header_bytes_ += consumed;
        if (header_bytes_ + (header_seen_ ? 0 : rest) > limits_.max_header)
            return fail(431);
    } else if (!is_done() && rest > max_chunk_line) {
        return fail(400);
    }
    if (header_seen_ && !was_header_done) {
        if (const auto broken = check_header(); broken != 0)
            return fail(broken);
        eager(true);
        if (!is_done())
            return {status::header_done, consumed};
    }
    return {is_done() ? status::done : status::need_more, consumed};
}

request_parser::outcome request_parser::fail(std::uint16_t status) noexcept
{
    failure_ = status;
    return {status::failed, 0};
}

std::uint16_t request_parser::status_of(const error_code& ec, std::string_view bytes) const noexcept
{
    if (ec == beast_http::error::body_limit)
        return 413;
    if (ec == beast_http::error::header_limit) {
        const bool is_in_target = request_.target.empty() &&
                                  bytes.substr(0, limits_.max_target).find('\n') == std::string_view::npos;
        return is_in_target ? 414 : 431;
    }
    if (ec == beast_http::error::bad_version) {
        const auto line = bytes.substr(0, bytes.find('\r'));
        return line.find(" HTTP/") != std::string_view::npos ? 505 : 400;
    }
    return failure_ != 0 ? failure_ : 400;
}

// What Beast leaves to us: 0 or the status to refuse with.
std::uint16_t request_parser::check_header() const noexcept
{
    const auto hosts = std::count_if(request_.headers.begin(), request_.headers.end(),
                                     [](const auto& h) { return h.first == "host"; });
    if (hosts > 1 || (hosts == 0 && !is_http10()))
        return 400;
    if (request_.has_header("transfer-encoding")) {
        // No coding but chunked; and HTTP/1.0 has none at all, its length would be anybody's guess.
        if (!text::iequals_ascii(request_.header("transfer-encoding"), "chunked"))
            return 501;
        if (is_http10())
            return 400;
    }
    const auto expectation = request_.header("expect");
    if (!expectation.empty() && !expects_continue_ && !is_http10())
        return 417;
    return 0;
}

void request_parser::on_request_impl(beast_http::verb verb, view text, view target, int version,
                                     error_code& ec)
{
    version_ = version;
    request_.verb = method_of(verb);
    request_.verb_text = std::string_view(text);
    if (target.size() > limits_.max_target) {
        failure_ = 414;
        ec = beast_http::error::bad_target;
        return;
    }
    request_.target = std::string_view(target);
    split_target(request_);
}

void request_parser::on_field_impl(beast_http::field, view name, view value, error_code&)
{
    // Trailer fields are read past: nothing here may depend on them (RFC 9110 section 6.5.1).
    if (!header_seen_)
        request_.headers.emplace_back(text::to_lower_ascii(name), std::string_view(value));
}

void request_parser::on_header_impl(error_code&)
{
    header_seen_ = true;
    expects_continue_ = !is_http10() && text::iequals_ascii(request_.header("expect"), "100-continue");
}

void request_parser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&)
{
    // A claim is no reason to hand out memory; beyond this it grows as bytes arrive.
    if (length)
        request_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, first_reservation)));
}

std::size_t request_parser::on_body_impl(view bytes, error_code&)
{
    request_.body += std::string_view(bytes);
    return bytes.size();
}

void request_parser::on_chunk_header_impl(std::uint64_t, view, error_code&) {}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t, view bytes, error_code&)
{
    request_.body += std::string_view(bytes);
    return bytes.size();
}

void request_parser::on_finish_impl(error_code&) {}

} // namespace chatd::http
