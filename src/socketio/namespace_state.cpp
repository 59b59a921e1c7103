#include "namespace_state.hpp"

#include "live_request.hpp"
#include "socket_extras.hpp"

#include <chatd/base/json_writer.hpp>
#include <chatd/base/log.hpp>

#include <algorithm>
#include <exception>

namespace chatd::socketio {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::seconds prune_interval{1};

/// A client that left on its own, or was sent away, does not come back to the same session.
bool may_return(disconnect_reason why) noexcept
{
    return why != disconnect_reason::client_namespace_disconnect &&
           why != disconnect_reason::server_namespace_disconnect;
}

} // namespace

const encoded_packet& shared_packet::plain()
{
    if (!plain_)
        plain_ = encode_packet(packet_);
    return *plain_;
}

const encoded_packet& shared_packet::with_offset()
{
    if (!with_offset_) {
        const auto offset = recovery_log::to_offset(position_);
        auto marked = packet_;
        marked.offset = offset;
        with_offset_ = encode_packet(marked);
    }
    return *with_offset_;
}

name_space::state::state(server::state& s, std::string_view n) : server(s), name(n)
{
    if (s.options.recovery.enabled)
        past = std::make_unique<recovery>(s.options.recovery);
}

name_space::state::~state() = default;

void name_space::state::admit(client& c, const live_request& r, std::shared_ptr<const peer> who,
                              std::optional<std::vector<std::string>> present)
{
    const auto alive = c.session().shared_from_this();
    auto session = restore(c, r, who.get());
    if (!alive->is_open())
        return; // ended by the application when the old socket was cut
    const boost::intrusive_ptr<socket> s(new socket(*self, c));
    if (session)
        s->id_ = session->id;
    else if (c.protocol() == 4 && name == "/")
        std::copy_n(c.session().id().begin(), s->id_.size(), s->id_.begin()); // what version 3 clients assume
    else
        s->id_ = server.ids.next();
    s->who_ = std::move(who);
    s->recovered_ = session.has_value();
    intrusive_ptr_add_ref(s.get());
    sockets.insert(s.get());
    c.attach(*s);
    if (!present && session)
        present = std::move(session->rooms);
    if (present) {
        s->rooms_.reserve(present->size());
        for (const auto& room : *present)
            rooms.join(*s, room);
    }

    ++server.stats.connects;
    tell_connected(*s, c, session ? &*r.pid() : nullptr);
    if (session)
        replay(*s, *session);
    if (connect)
        connect(*s);
}

std::optional<recovery::session> name_space::state::restore(client& c, const live_request& r, const peer* who)
{
    if (!past || !r.pid() || !c.hs().may_recover())
        return std::nullopt;
    const std::string_view identity = who == nullptr ? std::string_view{} : std::string_view(who->identity);
    // The old connection may not know yet that its client is gone.
    const boost::intrusive_ptr<socket> ghost(past->find_live(*r.pid()));
    if (ghost && (ghost->who_ ? std::string_view(ghost->who_->identity) : std::string_view{}) == identity)
        ghost->client_->cut();
    auto session = past->take(*r.pid(), r.offset(), identity, steady::now());
    ++(session ? server.stats.recovered : server.stats.recovery_failed);
    return session;
}

void name_space::state::tell_connected(socket& s, client& c, const std::string* pid)
{
    std::string payload;
    if (c.protocol() == 5) {
        payload.append("{\"sid\":\"").append(s.id()).append(1, '"');
        if (past && c.hs().may_recover()) {
            const std::string own = pid != nullptr ? *pid : issue_pid(s);
            past->started(s, own);
            payload += ",\"pid\":";
            append_json_string(payload, own);
            if (!armed())
                server.engine.timers().arm(*this, prune_interval);
        }
        payload += '}';
    }
    c.send(encode_packet({.type = packet_type::connect, .nsp = name, .args_json = payload}));
}

std::string name_space::state::issue_pid(const socket& s)
{
    if (server.options.issue_pid)
        return server.options.issue_pid(s);
    const auto random = server.ids.next();
    return {random.begin(), random.end()};
}

void name_space::state::replay(socket& s, const recovery::session& r)
{
    std::vector<std::string_view> names{s.id()};
    for (const auto& m : s.rooms_)
        names.push_back(m.in->name());
    if (server.options.recovery.replay_delay.count() > 0)
        s.hold(server.options.recovery.replay_delay);
    const auto missed = past->log().replay(names, r.since);
    server.stats.replayed_packets += missed.size();
    for (const auto& m : missed)
        s.transmit(*m.packet, false);
    recovery::resumed(s, r, missed.empty() ? std::nullopt : std::optional(missed.back().position));
}

void name_space::state::remove(socket& s, disconnect_reason why)
{
    const boost::intrusive_ptr<socket> alive(&s);
    if (past && may_return(why))
        past->left(s, s.room_names(), steady::now());
    else if (past)
        past->forget(s);
    rooms.leave_all(s);
    sockets.erase(&s);
    intrusive_ptr_release(&s);
    std::exchange(s.client_, nullptr)->detach(s);
    if (s.extras_)
        s.extras_->fail_all();
    try {
        if (disconnect)
            disconnect(s, why);
    } catch (const std::exception& e) {
        log::error("socketio", "disconnect handler failed", {{"what", e.what()}});
    }
    s.data_.reset();
}

void name_space::state::drop_handlers() noexcept
{
    use = nullptr;
    connect = nullptr;
    disconnect = nullptr;
    event = nullptr;
}

void name_space::state::expired() noexcept
{
    past->prune(steady::now());
    if (past->is_needed() || past->log().size() > 0)
        server.engine.timers().arm(*this, prune_interval);
}

shared_packet name_space::state::prepare(const emission& what) const
{
    const bool kept = past && what.recoverable && !what.is_volatile && past->is_needed();
    const outgoing packet{.type = packet_type::event,
                          .nsp = name,
                          .id = {},
                          .name = what.event,
                          .args_json = what.args_json,
                          .offset = {},
                          .attachments = what.attachments};
    return {packet, kept ? past->log().last() + 1 : 0};
}

void name_space::state::keep(const selection& to, shared_packet& p)
{
    if (p.position() != 0)
        past->log().append(to.rooms, to.except, p.with_offset(), steady::now());
}

void name_space::state::emit_to(socket& s, const emission& what)
{
    auto p = prepare(what);
    if (p.position() != 0 && s.recoverable_)
        keep({{std::string(s.id())}, {}}, p);
    deliver(s, p, what.is_volatile);
    ++server.counters(what.event).out;
}

void name_space::state::emit(const selection& to, const emission& what)
{
    auto p = prepare(what);
    keep(to, p);
    std::uint64_t receivers = 0;
    select(to, [&](socket& s) {
        deliver(s, p, what.is_volatile);
        ++receivers;
    });
    server.counters(what.event).out += receivers;
}

void name_space::state::deliver(socket& s, shared_packet& p, bool is_volatile)
{
    if (p.position() == 0 || !s.recoverable_)
        return s.transmit(p.plain(), is_volatile);
    s.sent_position_ = p.position();
    s.got_offset_ = true;
    s.transmit(p.with_offset(), is_volatile);
}

std::uint32_t name_space::state::next_epoch() noexcept
{
    if (++epoch == 0) {
        for (socket* const s : sockets)
            s->mark_ = 0;
        epoch = 1;
    }
    return epoch;
}

template <class Visitor>
void name_space::state::select(const selection& who, Visitor&& visit)
{
    const auto mark = next_epoch();
    const auto visit_once = [&](socket& s) {
        if (std::exchange(s.mark_, mark) != mark)
            visit(s);
    };
    const auto for_name = [this](const std::string& wanted, const auto& f) {
        if (room* const r = rooms.find(wanted)) {
            for (const auto& m : r->members())
                f(*m.who);
        } else if (const auto one = sockets.find(std::string_view(wanted)); one != sockets.end()) {
            f(**one);
        }
    };
    for (const auto& out : who.except)
        for_name(out, [mark](socket& s) { s.mark_ = mark; });
    for (const auto& in : who.rooms)
        for_name(in, visit_once);
    if (who.rooms.empty())
        for (socket* const s : sockets)
            visit_once(*s);
}

void name_space::state::select_safely(const selection& who, const socket_visitor& visit)
{
    std::vector<boost::intrusive_ptr<socket>> chosen;
    select(who, [&](socket& s) { chosen.emplace_back(&s); });
    for (const auto& s : chosen)
        if (s->connected())
            visit(*s);
}

} // namespace chatd::socketio
