#include <chatd/sql/migrator.hpp>
#include <chatd/storage/stores.hpp>

namespace chatd::storage {

/// Generated from migrations/*.sql (migrations.cmake).
std::span<const sql::migration> embedded_migrations();

result<void> migrate(sql::connection& db)
{
    return sql::migrate(db, embedded_migrations());
}

} // namespace chatd::storage
