#include "polling_transport.hpp"

#include <chatd/base/json_writer.hpp>
#include <chatd/base/text.hpp>

namespace chatd::engineio {
namespace {

/// A string literal that is also JavaScript before ES2019.
std::string script_string(std::string_view text)
{
    std::string json;
    append_json_string(json, text);
    std::string out;
    out.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
        const auto three = std::string_view(json).substr(i, 3);
        if (three == "\u2028" || three == "\u2029") {
            out += three == "\u2028" ? "\\u2028" : "\\u2029";
            i += 2;
        } else {
            out += json[i];
        }
    }
    return out;
}

} // namespace

void polling_transport::push(websocket::frame_ptr p)
{
    queued_bytes_ += p->bytes().size();
    queue_.push_back(std::move(p));
}

void polling_transport::answer(websocket::frame_ptr last)
{
    auto packets = take_queue();
    if (last)
        packets.push_back(std::move(last));
    const auto poll = std::exchange(poll_, nullptr);
    poll->respond(poll_response(encode_payload(dialect_, packets), jsonp_));
}

std::vector<websocket::frame_ptr> polling_transport::take_queue() noexcept
{
    queued_bytes_ = 0;
    return std::exchange(queue_, {});
}

void polling_transport::abort() noexcept
{
    if (const auto poll = std::exchange(poll_, nullptr))
        poll->abort();
}

http::response poll_response(payload p, std::string_view jsonp)
{
    http::response r;
    r.set("Cache-Control", "no-store");
    if (!jsonp.empty()) {
        r.set("Content-Type", "text/javascript; charset=UTF-8");
        r.body.append("___eio[").append(jsonp).append("](").append(script_string(p.body)).append(");");
        return r;
    }
    r.set("Content-Type", p.binary ? "application/octet-stream" : "text/plain; charset=UTF-8");
    r.body = std::move(p.body);
    return r;
}

std::string jsonp_body(std::string_view form)
{
    if (!form.starts_with("d="))
        return {};
    const auto decoded = text::percent_decode(form.substr(2), true);
    if (!decoded)
        return {};
    // Clients write a line feed as \n, and a backslash before n as \\n (engine.io "JSONP").
    std::string out;
    for (std::size_t i = 0; i < decoded->size(); ++i) {
        const auto rest = std::string_view(*decoded).substr(i);
        if (rest.starts_with("\\\\n")) {
            out += "\\n";
            i += 2;
        } else if (rest.starts_with("\\n")) {
            out += '\n';
            i += 1;
        } else {
            out += rest[0];
        }
    }
    return out;
}

} // namespace chatd::engineio
