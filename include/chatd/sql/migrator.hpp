#pragma once

#include <chatd/base/result.hpp>
#include <chatd/sql/connection.hpp>

#include <span>
#include <string_view>

namespace chatd::sql {

/// One step of a schema, embedded at build from `NNNN_name[.dialect].sql`.
struct migration {
    int number;
    std::string_view name;
    std::string_view dialect; ///< empty: for every database
    std::string_view text;
};

/// Applies what is missing, each step in a transaction, under the database's write lock, ascending by number.
/// Applied steps are recorded with the checksum of their text. `internal`: an applied step has another text
/// than the one embedded, or is unknown to this program (a newer one wrote the file).
[[nodiscard]] result<void> migrate(connection& db, std::span<const migration> steps);

} // namespace chatd::sql
