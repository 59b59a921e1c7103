#include "namespace_state.hpp"

#include <chatd/socketio/namespace.hpp>

#include <utility>

namespace chatd::socketio {

name_space::name_space(std::unique_ptr<state> s) : state_(std::move(s))
{
    state_->self = this;
}

name_space::~name_space() = default;

std::string_view name_space::name() const noexcept
{
    return state_->name;
}

void name_space::use(middleware m)
{
    state_->use = std::move(m);
}

void name_space::on_connect(connect_handler h)
{
    state_->connect = std::move(h);
}

void name_space::on_disconnect(disconnect_handler h)
{
    state_->disconnect = std::move(h);
}

void name_space::on_event(event_handler h)
{
    state_->event = std::move(h);
}

socket* name_space::find(std::string_view id) const noexcept
{
    const auto found = state_->sockets.find(id);
    return found == state_->sockets.end() ? nullptr : *found;
}

std::size_t name_space::socket_count() const noexcept
{
    return state_->sockets.size();
}

std::size_t name_space::room_count() const noexcept
{
    return state_->rooms.size();
}

std::size_t name_space::room_size(std::string_view name) const noexcept
{
    const room* const r = state_->rooms.find(name);
    return r == nullptr ? 0 : r->size();
}

void name_space::for_each(const socket_visitor& f)
{
    state_->select_safely({}, f);
}

void name_space::for_each_in_room(std::string_view name, const socket_visitor& f)
{
    state_->select_safely({{std::string(name)}, {}}, f);
}

broadcast name_space::to(std::string_view name)
{
    return broadcast(*this).to(name);
}

broadcast name_space::all()
{
    return broadcast(*this);
}

void name_space::emit_local(const selection& to, const emission& what)
{
    state_->emit(to, what);
}

void name_space::join_local(const selection& who, std::string_view name)
{
    state_->select_safely(who, [name](socket& s) { s.join(name); });
}

void name_space::leave_local(const selection& who, std::string_view name)
{
    state_->select_safely(who, [name](socket& s) { s.leave(name); });
}

void name_space::disconnect_local(const selection& who, bool close_transport)
{
    state_->select_safely(who, [close_transport](socket& s) { s.disconnect(close_transport); });
}

adapter& name_space::messages() noexcept
{
    return *state_->server.messages;
}

} // namespace chatd::socketio
