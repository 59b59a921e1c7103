#include "sqlite_connection.hpp"

#include <string>

namespace chatd::sql {
namespace {

/// "UNIQUE constraint failed: messages.sender_key, messages.client_id" → "messages.sender_key,client_id".
std::string violated_key(std::string_view message)
{
    const auto colon = message.find(": ");
    if (colon == std::string_view::npos)
        return std::string(message);
    message.remove_prefix(colon + 2);
    const auto dot = message.find('.');
    std::string key(message.substr(0, message.find(", ")));
    if (dot == std::string_view::npos)
        return key;
    const auto table = message.substr(0, dot + 1);
    for (auto comma = message.find(", "); comma != std::string_view::npos;) {
        message.remove_prefix(comma + 2);
        comma = message.find(", ");
        auto column = message.substr(0, comma);
        if (column.starts_with(table))
            column.remove_prefix(table.size());
        key.append(",").append(column);
    }
    return key;
}

bool is_outage(int primary) noexcept
{
    switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_NOTADB:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return true;
    default:
        return false;
    }
}

} // namespace

error sqlite_error(int code, std::string_view message, std::string_view where)
{
    error e(errc::internal);
    e.where = where;
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) {
        e.code = errc::conflict;
        e.detail = violated_key(message);
        return e;
    }
    if (is_outage(code & 0xff)) {
        e.code = errc::unavailable;
        e.retry_after = std::chrono::seconds(1);
    }
    e.detail = std::string(message) + " (SQLite " + std::to_string(code) + ")";
    return e;
}

} // namespace chatd::sql
