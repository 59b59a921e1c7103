#pragma once

#include <chatd/api/event_table.hpp>
#include <chatd/api/route_table.hpp>
#include <chatd/chat/core.hpp>
#include <chatd/socketio/namespace.hpp>

namespace chatd::api {

/// Adds the routes, schemas and client events of the camelCase API (documents 000, 001 and 003).
void add_messaging(chat::core& core, route_table& routes, event_table& events);

/// Tells sockets what has happened in direct conversations and groups: subscribes to the core's events,
/// renders each once and emits it. Lives as long as both.
void notify_messaging(chat::core& core, socketio::name_space& ns);

} // namespace chatd::api
