#include "live_request.hpp"

#include "namespace_state.hpp"

#include <chatd/base/json_reader.hpp>
#include <chatd/base/json_writer.hpp>

#include <utility>

namespace chatd::socketio {
namespace {

/// Takes the strings `pid` and `offset` out of an auth object; anything else counts as absent.
void read_recovery(std::string_view auth, std::optional<std::string>& pid, std::optional<std::string>& offset)
{
    if (auth.find("\"pid\"") == std::string_view::npos)
        return;
    json_reader r(auth);
    std::string_view key;
    std::string_view skipped;
    if (!r.enter_object())
        return;
    while (r.next_member(key)) {
        auto* const wanted = key == "pid" ? &pid : key == "offset" ? &offset : nullptr;
        if (wanted == nullptr || r.peek() != json_reader::kind::string) {
            r.skip(skipped);
            continue;
        }
        r.read_string(wanted->emplace());
    }
}

} // namespace

live_request::live_request(client& c, name_space& n, const packet& p)
    : client_(&c), nsp_(&n), handshake_(c.hs()), query_(p.query), auth_(p.data.empty() ? "{}" : p.data)
{
    read_recovery(auth_, pid_, offset_);
    c.attach(*this);
}

live_request::~live_request()
{
    if (auto* const c = settle())
        c->end(disconnect_reason::transport_closed);
}

client* live_request::settle() noexcept
{
    auto* const c = std::exchange(client_, nullptr);
    if (c != nullptr)
        c->detach(*this);
    return c;
}

void live_request::accept(std::shared_ptr<const peer> who, std::optional<std::vector<std::string>> rooms)
{
    if (auto* const c = settle())
        nsp_->impl().admit(*c, *this, std::move(who), std::move(rooms));
}

void live_request::refuse(std::string_view message, std::string_view data_json)
{
    auto* const c = settle();
    if (c == nullptr)
        return;
    ++c->server().stats.connect_errors;
    json_writer w;
    if (c->protocol() == 4) {
        w.value(message);
    } else {
        w.begin_object().field("message", message);
        if (!data_json.empty())
            w.raw_field("data", data_json);
        w.end_object();
    }
    c->send(encode_packet({.type = packet_type::connect_error, .nsp = nsp_->name(), .args_json = w.str()}));
    c->await_connect();
}

void live_request::close_transport()
{
    if (auto* const c = settle())
        c->end(disconnect_reason::transport_closed);
}

} // namespace chatd::socketio
