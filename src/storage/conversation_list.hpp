#pragma once

#include <chatd/base/result.hpp>
#include <chatd/chat/model.hpp>
#include <chatd/sql/connection.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::storage {

/// Where a conversation stands in a member's list: newest activity first.
struct list_place {
    timestamp listed_at;
    std::int64_t conversation_key = 0;

    /// Above all places.
    [[nodiscard]] static list_place top() noexcept;
    /// The cursor of the next page.
    [[nodiscard]] std::string to_cursor() const;
};

/// Which part of a member's list.
struct list_range {
    std::int64_t user_key = 0;
    list_place below = list_place::top();
    std::int64_t skip = 0; ///< costs one step in an index each
    std::int64_t limit = 0;
};

[[nodiscard]] result<std::vector<list_place>> find_places(sql::connection& db, const list_range& r);

/// The place a cursor means in this member's list: one of to_cursor(), or a conversation's id. `invalid`:
/// neither.
[[nodiscard]] result<list_place> parse_cursor(sql::connection& db, std::int64_t user_key,
                                              std::string_view cursor);

} // namespace chatd::storage
