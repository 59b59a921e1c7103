#pragma once

#include "lookup.hpp"

#include <chatd/chat/model.hpp>
#include <chatd/sql/connection.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace chatd::storage {

/// Reads whole messages of one conversation: rows, senders, who has read them. One use.
class message_reader {
  public:
    message_reader(sql::connection& db, std::int64_t conversation_key, std::string conversation_id)
        : db_(db), conversation_key_(conversation_key), conversation_id_(std::move(conversation_id))
    {
    }

    /// Those with first ≤ seq ≤ last, ascending.
    [[nodiscard]] result<std::vector<chat::message>> read(std::int64_t first, std::int64_t last);

  private:
    [[nodiscard]] result<void> read_rows(std::int64_t first, std::int64_t last);
    [[nodiscard]] result<void> fill_senders();
    [[nodiscard]] result<void> fill_readers(std::int64_t first, std::int64_t last);

    sql::connection& db_;
    std::int64_t conversation_key_;
    std::string conversation_id_;
    std::vector<chat::message> messages_;
    std::vector<std::int64_t> sender_keys_; ///< of messages_, in the same order
};

} // namespace chatd::storage
