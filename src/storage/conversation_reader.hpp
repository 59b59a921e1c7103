#pragma once

#include <chatd/base/result.hpp>
#include <chatd/chat/model.hpp>
#include <chatd/sql/connection.hpp>

#include <cstdint>
#include <unordered_map>

namespace chatd::storage {

/// Reads conversations as one of their members sees them: participants, last message, unread count. Keeps the
/// people it has met: use one for a whole list.
class conversation_reader {
  public:
    conversation_reader(sql::connection& db, std::int64_t user_key) noexcept : db_(db), user_key_(user_key) {}

    /// not_found
    [[nodiscard]] result<chat::conversation> read(std::int64_t conversation_key);

  private:
    [[nodiscard]] result<void> fill_participants(chat::conversation& c, std::int64_t conversation_key);
    [[nodiscard]] result<void> fill_last_message(chat::conversation& c, std::int64_t conversation_key);
    /// Valid until the next call.
    [[nodiscard]] result<const chat::user_card*> card(std::int64_t user_key);

    sql::connection& db_;
    std::int64_t user_key_;
    std::unordered_map<std::int64_t, chat::user_card> cards_;
};

} // namespace chatd::storage
