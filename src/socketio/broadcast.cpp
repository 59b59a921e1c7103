#include <chatd/socketio/broadcast.hpp>
#include <chatd/socketio/namespace.hpp>

namespace chatd::socketio {

broadcast& broadcast::to(std::string_view room)
{
    who_.rooms.emplace_back(room);
    return *this;
}

broadcast& broadcast::except(std::string_view room_or_id)
{
    who_.except.emplace_back(room_or_id);
    return *this;
}

broadcast& broadcast::volatile_() noexcept
{
    volatile_emit_ = true;
    return *this;
}

broadcast& broadcast::not_recoverable() noexcept
{
    recoverable_ = false;
    return *this;
}

void broadcast::emit(std::string_view event, std::string_view args_json,
                     std::span<const std::string_view> attachments)
{
    nsp_->messages().emit(*nsp_, who_, {event, args_json, attachments, volatile_emit_, recoverable_});
}

void broadcast::join(std::string_view room)
{
    nsp_->messages().join(*nsp_, who_, room);
}

void broadcast::leave(std::string_view room)
{
    nsp_->messages().leave(*nsp_, who_, room);
}

void broadcast::disconnect(bool close_transport)
{
    nsp_->messages().disconnect(*nsp_, who_, close_transport);
}

} // namespace chatd::socketio
