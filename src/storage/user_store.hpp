#pragma once

#include <chatd/chat/ports.hpp>
#include <chatd/sql/database.hpp>

namespace chatd::storage {

[[nodiscard]] result<chat::user> create_user(sql::connection& db, const chat::user& u);
[[nodiscard]] result<chat::user> find_user(sql::connection& db, std::string_view id);
[[nodiscard]] result<std::vector<chat::user>> find_users(sql::connection& db,
                                                         const std::vector<std::string>& ids);
[[nodiscard]] result<chat::user> find_user_by_login(sql::connection& db, std::string_view login);
[[nodiscard]] result<chat::user> update_user(sql::connection& db, std::string_view id,
                                             const chat::user_changes& c);
[[nodiscard]] result<chat::page<chat::user>> list_users(sql::connection& db, const chat::user_query& q);
[[nodiscard]] result<void> touch_last_seen(sql::connection& db, const std::vector<std::string>& ids,
                                           timestamp at);
[[nodiscard]] result<bool> any_admin(sql::connection& db);

class user_store final : public chat::user_store {
  public:
    explicit user_store(sql::database& db) noexcept : db_(db) {}

    async::task<result<chat::user>> create(chat::user u) override;
    async::task<result<chat::user>> find(std::string id) override;
    async::task<result<std::vector<chat::user>>> find_many(std::vector<std::string> ids) override;
    async::task<result<chat::user>> find_by_login(std::string login) override;
    async::task<result<chat::user>> update(std::string id, chat::user_changes c) override;
    async::task<result<chat::page<chat::user>>> list(chat::user_query q) override;
    async::task<result<void>> touch_last_seen(std::vector<std::string> ids, timestamp at) override;
    async::task<result<bool>> any_admin() override;

  private:
    sql::database& db_;
};

} // namespace chatd::storage
