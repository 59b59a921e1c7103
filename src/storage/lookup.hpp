#pragma once

#include <chatd/base/result.hpp>
#include <chatd/chat/model.hpp>
#include <chatd/sql/connection.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace chatd::storage {

/// A conversation as a member of it finds it.
struct membership {
    std::int64_t conversation_key = 0;
    std::int64_t user_key = 0;
    std::int64_t last_seq = 0;
    std::int64_t settled = 0;
    std::int64_t read_seq = 0;
};

/// not_found; forbidden when the user is no member.
[[nodiscard]] result<membership> find_membership(sql::connection& db, std::string_view conversation_id,
                                                 std::string_view user_id);

/// The seq that a cursor of the API means: the id of a message of this conversation, else a number. `invalid`
/// with `field` when it is neither.
[[nodiscard]] result<std::int64_t> resolve_seq(sql::connection& db, std::int64_t conversation_key,
                                               std::string_view cursor, std::string_view field);

/// The kind that to_string gave; `direct` for anything else.
[[nodiscard]] chat::conversation_kind parse_kind(std::string_view text) noexcept;

/// Reads what others may see of a user from six columns: id, username, email, avatar, is_active, last_seen.
[[nodiscard]] chat::user_card read_card(const sql::row& r, int first_column);

} // namespace chatd::storage
