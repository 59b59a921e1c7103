#pragma once

#include <chatd/base/result.hpp>
#include <chatd/chat/model.hpp>
#include <chatd/sql/connection.hpp>

#include <cstdint>

namespace chatd::storage {

/// A conversation as one of its members sees it: participants, last message, unread count. not_found.
[[nodiscard]] result<chat::conversation> read_conversation(sql::connection& db, std::int64_t conversation_key,
                                                           std::int64_t user_key);

} // namespace chatd::storage
