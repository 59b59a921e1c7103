#pragma once

#include <chatd/base/result.hpp>
#include <chatd/chat/model.hpp>
#include <chatd/sql/connection.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::storage {

/// Where a conversation stands in a list: newest activity first, the younger one first among equals.
struct list_place {
    timestamp active_at;
    std::int64_t conversation_key = 0;

    friend auto operator<=>(const list_place&, const list_place&) = default;
    /// The cursor of the next page.
    [[nodiscard]] std::string to_cursor() const;
};

/// The places `skip` to `skip + limit` below `below`, in order, and one more if there is one. Looks at no
/// more conversations than it skips and answers, beside those of the last minute.
[[nodiscard]] result<std::vector<list_place>> find_places(sql::connection& db, std::int64_t user_key,
                                                          const list_place& below, std::int64_t wanted);

/// The place a cursor means: one of to_cursor(), or a conversation's id. `invalid`: neither.
[[nodiscard]] result<list_place> parse_cursor(sql::connection& db, std::string_view cursor);

} // namespace chatd::storage
