#pragma once

#include <chatd/chat/ports.hpp>
#include <chatd/sql/database.hpp>

#include <memory>

namespace chatd::storage {

/// Brings the schema up to date: what a database calls when it opens (`sqlite_options::prepare`).
[[nodiscard]] result<void> migrate(sql::connection& db);

/// The core's stores over one database. Make it before the database starts (it gives the search index to the
/// writer), destroy it after the database has stopped. I/O thread.
class stores {
  public:
    explicit stores(sql::database& db);
    ~stores();

    [[nodiscard]] chat::user_store& users() noexcept;
    [[nodiscard]] chat::session_store& sessions() noexcept;
    [[nodiscard]] chat::conversation_store& conversations() noexcept;
    [[nodiscard]] chat::message_store& messages() noexcept;
    [[nodiscard]] chat::read_store& reads() noexcept;
    [[nodiscard]] chat::search_store& search() noexcept;

  private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

} // namespace chatd::storage
