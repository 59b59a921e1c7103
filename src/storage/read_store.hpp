#pragma once

#include <chatd/chat/ports.hpp>
#include <chatd/sql/database.hpp>

namespace chatd::storage {

[[nodiscard]] result<chat::read_change> mark_message(sql::connection& db, std::string_view message_id,
                                                     std::string_view user_id, timestamp at);
[[nodiscard]] result<chat::read_change> unmark_message(sql::connection& db, std::string_view message_id,
                                                       std::string_view user_id, timestamp at);
[[nodiscard]] result<chat::read_change> mark_up_to(sql::connection& db, std::string_view conversation_id,
                                                   std::string_view user_id,
                                                   const std::optional<std::string>& up_to, timestamp at);

class read_store final : public chat::read_store {
  public:
    explicit read_store(sql::database& db) noexcept : db_(db) {}

    async::task<result<chat::read_change>> mark_message(std::string message_id, std::string user_id,
                                                        timestamp at) override;
    async::task<result<chat::read_change>> unmark_message(std::string message_id, std::string user_id,
                                                          timestamp at) override;
    async::task<result<chat::read_change>> mark_up_to(std::string conversation_id, std::string user_id,
                                                      std::optional<std::string> up_to,
                                                      timestamp at) override;

  private:
    sql::database& db_;
};

} // namespace chatd::storage
