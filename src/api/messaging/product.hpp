#pragma once

#include <chatd/api/event_table.hpp>
#include <chatd/api/route_table.hpp>
#include <chatd/chat/core.hpp>

/// Each file of this product enters its own rows.
namespace chatd::api::messaging {

void add_auth(chat::core& core, route_table& routes);
void add_sessions(chat::core& core, route_table& routes);
void add_users(chat::core& core, route_table& routes, event_table& events);
void add_conversations(chat::core& core, route_table& routes);
void add_messages(chat::core& core, route_table& routes, event_table& events);
void add_reads(chat::core& core, route_table& routes, event_table& events);
void add_rooms(chat::core& core, event_table& events);
void add_typing(chat::core& core, event_table& events);
void add_calls(chat::core& core, event_table& events);
void add_search(chat::core& core, route_table& routes);
void add_schemas(route_table& routes);

/// The sockets that have left a conversation and hear no more typing of it.
[[nodiscard]] inline std::string quiet_room(std::string_view conversation_id)
{
    return "quiet:" + std::string(conversation_id);
}

/// Paging of lists (contract section 1).
struct paging {
    std::int64_t page = 1;
    std::optional<std::int64_t> limit;
};

/// Declares `page` and `limit` for an input that derives from paging.
template <class Input>
void add_paging(schema::object<Input>& shape, std::int64_t max_limit = 100)
{
    // A pointer to a member of the base has the base's type.
    shape.optional("page", static_cast<std::int64_t Input::*>(&paging::page), {.min = 1});
    shape.optional("limit", static_cast<std::optional<std::int64_t> Input::*>(&paging::limit),
                   {.min = 1, .max = max_limit, .cut = true});
}

} // namespace chatd::api::messaging
