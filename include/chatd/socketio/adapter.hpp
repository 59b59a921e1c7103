#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::socketio {

class name_space;

/// Sockets of a namespace: the union of `rooms` (all sockets when empty) without those in one of `except`. A
/// name stands for the room of that name or, when there is none, for the socket with that id.
struct selection {
    std::vector<std::string> rooms;
    std::vector<std::string> except;
};

/// What is emitted to a selection; the views live as long as the call.
struct emission {
    std::string_view event;
    std::string_view args_json;
    std::span<const std::string_view> attachments;
    bool is_volatile = false; ///< may be dropped when a transport is not ready; never recovered
    bool recoverable = true;
};

/// Carries what is asked of a selection to every process that holds sockets of it. The in-process adapter
/// calls the namespace's `*_local` functions and nothing else; a cluster's adapter publishes as well, and
/// calls the same functions for what comes in from others. I/O thread only.
class adapter {
  public:
    virtual ~adapter() = default;
    virtual void emit(name_space& n, const selection& to, const emission& what) = 0;
    virtual void join(name_space& n, const selection& who, std::string_view room) = 0;
    virtual void leave(name_space& n, const selection& who, std::string_view room) = 0;
    virtual void disconnect(name_space& n, const selection& who, bool close_transport) = 0;
};

} // namespace chatd::socketio
