#pragma once

#include <chatd/chat/ports.hpp>
#include <chatd/sql/database.hpp>

namespace chatd::storage {

/// What a client shows to get the next pair of tokens.
struct rotation_request {
    std::string session_id;
    std::string presented_jti;
    std::string next_jti;
    timestamp now;
    std::chrono::milliseconds grace;
};

[[nodiscard]] result<void> create_session(sql::connection& db, const chat::session& s);
[[nodiscard]] result<chat::session> find_session(sql::connection& db, std::string_view id);
[[nodiscard]] result<chat::rotation> rotate_session(sql::connection& db, const rotation_request& r);
[[nodiscard]] result<std::vector<chat::session>> list_sessions(sql::connection& db, std::string_view user_id,
                                                               timestamp not_before);
[[nodiscard]] result<void> revoke_session(sql::connection& db, std::string_view id);
[[nodiscard]] result<std::vector<std::string>> revoke_sessions(sql::connection& db, std::string_view user_id,
                                                               std::string_view keep);
[[nodiscard]] result<void> purge_sessions(sql::connection& db, timestamp issued_before);

class session_store final : public chat::session_store {
  public:
    explicit session_store(sql::database& db) noexcept : db_(db) {}

    async::task<result<void>> create(chat::session s) override;
    async::task<result<chat::session>> find(std::string id) override;
    async::task<result<chat::rotation>> rotate(std::string session_id, std::string presented_jti,
                                               std::string next_jti, timestamp now,
                                               std::chrono::milliseconds grace) override;
    async::task<result<std::vector<chat::session>>> list(std::string user_id, timestamp not_before) override;
    async::task<result<void>> revoke(std::string session_id) override;
    async::task<result<std::vector<std::string>>> revoke_all(std::string user_id, std::string keep,
                                                             timestamp at) override;
    async::task<result<void>> purge(timestamp t) override;
    async::task<result<void>> blacklist(std::string token_hash, timestamp expires_at) override;
    async::task<result<bool>> is_blacklisted(std::string token_hash) override;

  private:
    sql::database& db_;
};

} // namespace chatd::storage
