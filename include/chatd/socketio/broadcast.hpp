#pragma once

#include <chatd/socketio/adapter.hpp>

#include <span>
#include <string_view>

namespace chatd::socketio {

/// Builds a selection of sockets and says what happens to them, here and, through the adapter, on other
/// nodes. Each socket is served once however many of the rooms it is in. I/O thread only.
class broadcast {
  public:
    explicit broadcast(name_space& n) noexcept : nsp_(&n) {}

    /// Adds a room; none at all means every socket of the namespace.
    broadcast& to(std::string_view room);
    /// Leaves out the sockets of a room, or the socket with this id.
    broadcast& except(std::string_view room_or_id);
    broadcast& volatile_() noexcept;
    broadcast& not_recoverable() noexcept;

    /// `args_json`: JSON values separated by commas, may be empty. Encoded once (twice when some of the
    /// receivers take recovery offsets and some do not).
    void emit(std::string_view event, std::string_view args_json,
              std::span<const std::string_view> attachments = {});
    void join(std::string_view room);
    void leave(std::string_view room);
    void disconnect(bool close_transport);

  private:
    name_space* nsp_;
    selection who_;
    bool volatile_emit_ = false;
    bool recoverable_ = true;
};

} // namespace chatd::socketio
