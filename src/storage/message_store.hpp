#pragma once

#include "search_index.hpp"

#include <chatd/chat/ports.hpp>
#include <chatd/sql/database.hpp>

namespace chatd::storage {

[[nodiscard]] result<chat::message_store::appended> append_message(sql::connection& db,
                                                                   const chat::message_draft& d);
[[nodiscard]] result<chat::message> find_message(sql::connection& db, std::string_view id,
                                                 std::string_view user_id);
[[nodiscard]] result<chat::page<chat::message>> list_messages(sql::connection& db,
                                                              std::string_view conversation_id,
                                                              std::string_view user_id,
                                                              const chat::page_request& p);

class message_store final : public chat::message_store {
  public:
    message_store(sql::database& db, search_index& index) noexcept : db_(db), index_(index) {}

    async::task<result<appended>> append(chat::message_draft d) override;
    async::task<result<chat::message>> find(std::string id, std::string user_id) override;
    async::task<result<chat::page<chat::message>>> list(std::string conversation_id, std::string user_id,
                                                        chat::page_request p) override;

  private:
    sql::database& db_;
    search_index& index_;
};

} // namespace chatd::storage
