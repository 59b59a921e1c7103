#include "product.hpp"

#include <chatd/api/messaging.hpp>

namespace chatd::api {

void add_messaging(chat::core& core, route_table& routes, event_table& events)
{
    messaging::add_schemas(routes);
    messaging::add_auth(core, routes);
    messaging::add_sessions(core, routes);
    messaging::add_users(core, routes, events);
    messaging::add_conversations(core, routes);
    messaging::add_messages(core, routes, events);
    messaging::add_reads(core, routes, events);
    messaging::add_rooms(core, events);
    messaging::add_typing(core, events);
    messaging::add_calls(core, events);
    messaging::add_search(core, routes);
}

} // namespace chatd::api
