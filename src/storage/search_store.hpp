#pragma once

#include "search_index.hpp"

#include <chatd/chat/ports.hpp>
#include <chatd/sql/database.hpp>

namespace chatd::storage {

[[nodiscard]] result<chat::page<chat::search_hit>>
search_messages(sql::connection& db, std::string_view user_id, const chat::search_query& q);
[[nodiscard]] result<std::vector<std::string>> suggest_words(sql::connection& db, std::string_view user_id,
                                                             std::string_view prefix, std::int64_t limit);
[[nodiscard]] result<chat::search_store::stats> count_searchable(sql::connection& db,
                                                                 std::string_view user_id);

class search_store final : public chat::search_store {
  public:
    search_store(sql::database& db, search_index& index) noexcept : db_(db), index_(index) {}

    async::task<result<chat::page<chat::search_hit>>> find(std::string user_id,
                                                           chat::search_query q) override;
    async::task<result<std::vector<std::string>>> suggest(std::string user_id, std::string prefix,
                                                          std::int64_t limit) override;
    async::task<result<stats>> count(std::string user_id) override;

  private:
    [[nodiscard]] async::task<result<void>> complete_index();

    sql::database& db_;
    search_index& index_;
};

} // namespace chatd::storage
