#pragma once

#include <chatd/chat/ports.hpp>
#include <chatd/sql/database.hpp>

namespace chatd::storage {

/// Who wants to talk to whom; `new_id` is the conversation's if they never have.
struct direct_request {
    std::string user_id;
    std::string other_id;
    std::string new_id;
    timestamp now;
};

[[nodiscard]] result<chat::conversation_store::opened> open_direct(sql::connection& db,
                                                                   const direct_request& r);
[[nodiscard]] result<chat::page<chat::conversation>>
list_conversations(sql::connection& db, std::string_view user_id, const chat::page_request& p);
[[nodiscard]] result<chat::conversation> find_conversation(sql::connection& db, std::string_view id,
                                                           std::string_view user_id);
[[nodiscard]] result<chat::conversation_store::membership> find_members(sql::connection& db,
                                                                        std::string_view id);
[[nodiscard]] result<std::vector<std::string>> find_contacts(sql::connection& db, std::string_view user_id,
                                                             std::int64_t limit);

class conversation_store final : public chat::conversation_store {
  public:
    explicit conversation_store(sql::database& db) noexcept : db_(db) {}

    async::task<result<opened>> open_direct(std::string user_id, std::string other_id, std::string new_id,
                                            timestamp now) override;
    async::task<result<chat::page<chat::conversation>>> list(std::string user_id,
                                                             chat::page_request p) override;
    async::task<result<chat::conversation>> find(std::string id, std::string user_id) override;
    async::task<result<membership>> members(std::string id) override;
    async::task<result<std::vector<std::string>>> contacts(std::string user_id, std::int64_t limit) override;

  private:
    sql::database& db_;
};

} // namespace chatd::storage
