#include "namespace_state.hpp"
#include "socket_extras.hpp"

#include <chatd/base/log.hpp>
#include <chatd/socketio/socket.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace chatd::socketio {
namespace {

void call(const socket::answer_handler& done, result<answer> r) noexcept
{
    try {
        done(std::move(r));
    } catch (const std::exception& e) {
        log::error("socketio", "answer handler failed", {{"what", e.what()}});
    }
}

} // namespace

void intrusive_ptr_add_ref(const socket* s) noexcept
{
    ++s->references_;
}

void intrusive_ptr_release(const socket* s) noexcept
{
    if (--s->references_ == 0)
        delete s;
}

void ack::operator()(std::string_view args_json, std::span<const std::string_view> attachments)
{
    const auto to = std::exchange(to_, nullptr);
    if (!to || !to->connected())
        return;
    to->client_->send(encode_packet({.type = packet_type::ack,
                                     .nsp = to->nsp_->name(),
                                     .id = id_,
                                     .args_json = args_json,
                                     .attachments = attachments}));
}

socket::socket(name_space& n, client& c) : nsp_(&n), client_(&c), connected_at_(system_clock().now()) {}

socket::~socket() = default;

const handshake& socket::hs() const noexcept
{
    return client_->hs();
}

std::string_view socket::address() const noexcept
{
    return connected() ? client_->hs().address() : std::string_view{};
}

engineio::transport_kind socket::transport() const noexcept
{
    return connected() ? client_->session().transport() : engineio::transport_kind::polling;
}

std::vector<std::string> socket::room_names() const
{
    std::vector<std::string> out;
    out.reserve(rooms_.size());
    for (const auto& m : rooms_)
        out.emplace_back(m.in->name());
    return out;
}

void socket::join(std::string_view name)
{
    if (connected())
        nsp_->impl().rooms.join(*this, name);
}

void socket::leave(std::string_view name)
{
    nsp_->impl().rooms.leave(*this, name);
}

bool socket::in(std::string_view name) const noexcept
{
    return nsp_->impl().rooms.contains(*this, name);
}

void socket::emit(std::string_view name, std::string_view args_json,
                  std::span<const std::string_view> attachments)
{
    if (connected())
        nsp_->impl().emit_to(*this, {.event = name, .args_json = args_json, .attachments = attachments});
}

void socket::emit_with_ack(std::string_view name, std::string_view args_json,
                           std::chrono::milliseconds timeout, answer_handler done,
                           std::span<const std::string_view> attachments)
{
    auto& engine = nsp_->impl().server.engine;
    if (!connected())
        return engine.loop().post([done = std::move(done)] { call(done, errc::not_found); });
    auto& mine = more();
    const auto id = mine.next_question++;
    auto& q = mine.questions.emplace_back(std::make_unique<extras::question>(*this, id, std::move(done)));
    engine.timers().arm(*q, timeout);
    ++nsp_->impl().server.counters(name).out;
    transmit(encode_packet({.nsp = nsp_->name(),
                            .id = id,
                            .name = name,
                            .args_json = args_json,
                            .offset = {},
                            .attachments = attachments}),
             false);
}

void socket::disconnect(bool close_transport)
{
    if (!connected())
        return;
    client& c = *client_;
    const auto alive = c.session().shared_from_this();
    release_held();
    c.send(encode_packet({.type = packet_type::disconnect, .nsp = nsp_->name()}));
    nsp_->impl().remove(*this, disconnect_reason::server_namespace_disconnect);
    if (close_transport)
        c.end(disconnect_reason::transport_closed);
}

void socket::close_transport()
{
    if (connected())
        client_->end(disconnect_reason::transport_closed);
}

socket::extras& socket::more()
{
    if (!extras_)
        extras_ = std::make_unique<extras>();
    return *extras_;
}

void socket::transmit(const encoded_packet& p, bool is_volatile)
{
    auto* const held = extras_ ? extras_->held.get() : nullptr;
    if (is_volatile) {
        if (held == nullptr)
            client_->send_volatile(p);
        return;
    }
    if (held == nullptr)
        return client_->send(p);
    held->bytes += p.bytes();
    held->packets.push_back(p);
    if (held->bytes > nsp_->impl().server.engine.options().send_budget)
        release_held();
}

void socket::hold(std::chrono::milliseconds d)
{
    auto& held = more().held;
    held = std::make_unique<extras::held_packets>(*this);
    nsp_->impl().server.engine.timers().arm(*held, d);
}

void socket::release_held()
{
    const auto held = extras_ ? std::move(extras_->held) : nullptr;
    if (held && connected())
        for (const auto& p : held->packets)
            client_->send(p);
}

void socket::settle_answer(std::uint64_t id, std::string_view args_json,
                           std::span<const std::string_view> attachments)
{
    const auto q = extras_ ? extras_->take(id) : nullptr;
    if (q)
        call(q->done, answer{std::string(args_json), {attachments.begin(), attachments.end()}});
}

std::unique_ptr<socket::extras::question> socket::extras::take(std::uint64_t id) noexcept
{
    const auto found =
        std::find_if(questions.begin(), questions.end(), [id](const auto& q) { return q->id == id; });
    if (found == questions.end())
        return nullptr;
    auto q = std::move(*found);
    questions.erase(found);
    return q;
}

void socket::extras::fail_all() noexcept
{
    held.reset();
    for (const auto all = std::exchange(questions, {}); const auto& q : all)
        call(q->done, errc::not_found);
}

void socket::extras::question::expired() noexcept
{
    const boost::intrusive_ptr<socket> alive(&owner_);
    const auto self = owner_.extras_->take(id);
    call(self->done, error(errc::unavailable, "timeout"));
}

} // namespace chatd::socketio
