#pragma once

#include "packet.hpp"

#include <chatd/engineio/id_source.hpp>
#include <chatd/socketio/server.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace chatd::socketio {

/// What all clients and namespaces of a server share.
struct server::state {
    state(engineio::server& e, server_options o);

    engineio::server& engine;
    server_options options;
    mutable server_stats stats;
    std::map<std::string, std::unique_ptr<name_space>, std::less<>> namespaces;
    std::unique_ptr<adapter> messages;
    engineio::id_source ids;
    packet incoming; ///< the packet under way: one at a time, its buffers are kept

    [[nodiscard]] name_space* find(std::string_view name) const noexcept;
    /// The counters of an event name, or of "other" when there are too many names.
    [[nodiscard]] event_counters& counters(std::string_view event);
};

} // namespace chatd::socketio
