#pragma once

#include <chatd/base/json_writer.hpp>
#include <chatd/chat/core.hpp>
#include <chatd/chat/model.hpp>

#include <string>
#include <string_view>

/// Domain → JSON of the camelCase API (contract sections 2 to 6), written straight into the writer: no
/// document tree.
namespace chatd::api::messaging {

/// Whose eyes: phone numbers are for the user and admins only.
enum class detail { own, others };

/// The user fields of section 2 without braces, for lists that add to them.
void write_user_fields(json_writer& w, const chat::user& u, detail d);
void write_user(json_writer& w, const chat::user& u, detail d);
/// `{id,_id,userId,username,email,lastSeen}` (section 3).
void write_online_user(json_writer& w, const chat::user& u);

/// A message of section 5.
void write_message(json_writer& w, const chat::message& m);
[[nodiscard]] std::string message_view(const chat::message& m);

/// An item of section 4 as `viewer_id` sees it: a direct conversation is named after the other one.
void write_conversation(json_writer& w, const chat::conversation& c, const chat::presence_service& online,
                        std::string_view viewer_id);

/// `{…fields, "name":{…fields}}`: clients read an object either at the top or under its name. Requires:
/// `object` is not empty.
[[nodiscard]] std::string with_itself(std::string_view object, std::string_view name);

/// `{users,count,timestamp}` of an online list, for socket and REST.
[[nodiscard]] std::string online_users_view(const chat::online_list& list, timestamp now);

} // namespace chatd::api::messaging
