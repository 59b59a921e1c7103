#include "client.hpp"

#include "live_request.hpp"
#include "namespace_state.hpp"

#include <chatd/base/log.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace chatd::socketio {
namespace {

disconnect_reason to_reason(engineio::close_reason why) noexcept
{
    switch (why) {
    case engineio::close_reason::transport_error:
        return disconnect_reason::transport_error;
    case engineio::close_reason::ping_timeout:
        return disconnect_reason::ping_timeout;
    case engineio::close_reason::shutting_down:
        return disconnect_reason::server_shutting_down;
    default:
        return disconnect_reason::transport_closed;
    }
}

std::uint32_t now_in_seconds() noexcept
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

} // namespace

/// Ends a session that enters no namespace.
class client::connect_timer final : public async::timer_wheel::entry {
  public:
    explicit connect_timer(client& owner) noexcept : owner_(owner) {}

  private:
    void expired() noexcept override { owner_.end(disconnect_reason::transport_closed); }

    client& owner_;
};

client::client(server::state& s, engineio::session& e, const http::request& r)
    : server_(s), session_(e), handshake_(r)
{
    await_connect();
}

client::~client() = default;

void client::await_connect()
{
    if (sockets_ != nullptr || requests_ != nullptr)
        return;
    waiting_ = std::make_unique<connect_timer>(*this);
    server_.engine.timers().arm(*waiting_, server_.options.connect_timeout);
}

void client::on_message(std::string_view payload, bool is_text) noexcept
{
    ++server_.stats.packets_in;
    try {
        if (is_flood()) {
            ++server_.stats.floods;
            end(disconnect_reason::transport_closed);
        } else if (is_text) {
            feed_text(payload);
        } else {
            feed_binary(payload);
        }
    } catch (const std::exception& e) {
        log::error("socketio", "handler failed", {{"what", e.what()}});
    }
}

bool client::is_flood() noexcept
{
    const auto limit = server_.options.max_packets_per_second;
    return limit > 0 && meter_.count(now_in_seconds(), limit);
}

void client::feed_text(std::string_view text)
{
    packet& p = server_.incoming;
    const packet_limits limits{protocol(), server_.options.max_attachments};
    if (assembly_ || !parse_packet(text, limits, p))
        return malformed();
    if (p.attachments > 0)
        assembly_ = std::make_unique<assembly>(assembly{std::string(text), p.attachments, {}});
    else
        dispatch(p, {});
}

void client::feed_binary(std::string_view bytes)
{
    if (!assembly_)
        return malformed();
    assembly_->bytes += bytes.size();
    if (assembly_->bytes > server_.engine.options().max_payload)
        return malformed();
    assembly_->parts.emplace_back(bytes);
    if (assembly_->parts.size() < assembly_->expected)
        return;
    const auto whole = std::move(assembly_);
    const std::vector<std::string_view> attachments(whole->parts.begin(), whole->parts.end());
    packet& p = server_.incoming;
    if (!parse_packet(whole->text, {protocol(), server_.options.max_attachments}, p))
        return malformed();
    dispatch(p, attachments);
}

void client::dispatch(const packet& p, std::span<const std::string_view> attachments)
{
    socket* const s = find_socket(p.nsp);
    if (s == nullptr)
        return p.type == packet_type::connect ? begin_connect(p) : cancel_or_fail(p);
    switch (p.type) {
    case packet_type::disconnect:
        s->nsp().impl().remove(*s, disconnect_reason::client_namespace_disconnect);
        break;
    case packet_type::event:
    case packet_type::binary_event:
        raise(*s, p, attachments);
        break;
    case packet_type::ack:
    case packet_type::binary_ack:
        if (p.id)
            s->settle_answer(*p.id, p.args_json, attachments);
        break;
    default:
        malformed();
        break;
    }
}

void client::begin_connect(const packet& p)
{
    if (find_request(p.nsp) != nullptr)
        return malformed();
    name_space* const n = server_.find(p.nsp);
    if (n == nullptr) {
        ++server_.stats.connect_errors;
        const std::string_view why =
            protocol() == 4 ? R"("Invalid namespace")" : R"({"message":"Invalid namespace"})";
        return send(encode_packet({.type = packet_type::connect_error, .nsp = p.nsp, .args_json = why}));
    }
    const auto request = std::make_shared<live_request>(*this, *n, p);
    waiting_.reset();
    if (n->impl().use)
        n->impl().use(request);
    else
        request->accept(nullptr, std::nullopt);
}

void client::connect_default()
{
    packet p;
    p.type = packet_type::connect;
    p.nsp = "/";
    p.query = handshake_.query();
    begin_connect(p);
}

/// A client may leave while its CONNECT waits; everything else needs a socket.
void client::cancel_or_fail(const packet& p)
{
    live_request* const waiting = find_request(p.nsp);
    if (p.type != packet_type::disconnect || waiting == nullptr)
        return malformed();
    detach(*waiting);
    waiting->drop();
    await_connect();
}

void client::raise(socket& s, const packet& p, std::span<const std::string_view> attachments)
{
    const boost::intrusive_ptr<socket> alive(&s);
    ++server_.counters(p.name).in;
    const auto& handler = s.nsp().impl().event;
    if (!handler)
        return;
    handler(s, event{p.name, p.args, p.args_json, attachments, p.id ? ack(alive, *p.id) : ack()});
}

void client::malformed()
{
    ++server_.stats.parse_errors;
    end(disconnect_reason::transport_error);
}

void client::end(disconnect_reason why)
{
    ended_by_ = why;
    session_.close();
}

void client::cut()
{
    ended_by_ = disconnect_reason::transport_closed;
    session_.abort();
}

void client::on_close(engineio::close_reason why) noexcept
{
    waiting_.reset();
    assembly_.reset();
    while (requests_ != nullptr) {
        live_request& r = *requests_;
        detach(r);
        r.drop();
    }
    const auto reason = ended_by_.value_or(to_reason(why));
    while (sockets_ != nullptr)
        sockets_->nsp().impl().remove(*sockets_, reason);
}

void client::send(const encoded_packet& p)
{
    ++server_.stats.packets_out;
    session_.send(p.head);
    for (const auto& a : p.attachments)
        session_.send(a);
}

bool client::send_volatile(const encoded_packet& p)
{
    if (!session_.send_volatile(p.head)) {
        ++server_.stats.dropped_volatile;
        return false;
    }
    ++server_.stats.packets_out;
    for (const auto& a : p.attachments)
        session_.send(a);
    return true;
}

void client::attach(socket& s) noexcept
{
    s.next_of_client_ = std::exchange(sockets_, &s);
}

void client::detach(socket& s) noexcept
{
    socket** link = &sockets_;
    while (*link != &s)
        link = &(*link)->next_of_client_;
    *link = s.next_of_client_;
}

void client::attach(live_request& r) noexcept
{
    r.next = std::exchange(requests_, &r);
}

void client::detach(live_request& r) noexcept
{
    live_request** link = &requests_;
    while (*link != &r)
        link = &(*link)->next;
    *link = r.next;
}

socket* client::find_socket(std::string_view nsp) const noexcept
{
    socket* s = sockets_;
    while (s != nullptr && s->nsp().name() != nsp)
        s = s->next_of_client_;
    return s;
}

live_request* client::find_request(std::string_view nsp) const noexcept
{
    live_request* r = requests_;
    while (r != nullptr && r->nsp() != nsp)
        r = r->next;
    return r;
}

} // namespace chatd::socketio
