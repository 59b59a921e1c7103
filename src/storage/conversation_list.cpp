#include "conversation_list.hpp"

#include <charconv>
#include <limits>

namespace chatd::storage {
namespace {

using sql::connection;
using sql::row;
using sql::statement;

constexpr statement select_places{"conversation_list", R"sql(
    SELECT listed_at, conversation_key FROM participants
     WHERE user_key = $1 AND (listed_at, conversation_key) < ($2, $3)
     ORDER BY listed_at DESC, conversation_key DESC
     LIMIT $4 OFFSET $5)sql"};

constexpr statement select_place{"conversation_place", R"sql(
    SELECT p.listed_at, p.conversation_key
      FROM conversations c JOIN participants p ON p.conversation_key = c.key
     WHERE c.id = $1 AND p.user_key = $2)sql"};

list_place read_place(const row& r)
{
    return {r.time(0), r.integer(1)};
}

/// "<listed_at>-<key>"
bool parse_place(std::string_view text, list_place& out) noexcept
{
    const auto dash = text.find('-');
    if (dash == std::string_view::npos)
        return false;
    const auto whole = [](std::string_view digits, std::int64_t& number) {
        const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        return bad == std::errc{} && end == digits.data() + digits.size();
    };
    std::int64_t listed_at = 0;
    if (!whole(text.substr(0, dash), listed_at) || !whole(text.substr(dash + 1), out.conversation_key))
        return false;
    out.listed_at = from_millis(listed_at);
    return true;
}

} // namespace

list_place list_place::top() noexcept
{
    return {timestamp::max(), std::numeric_limits<std::int64_t>::max()};
}

std::string list_place::to_cursor() const
{
    return std::to_string(to_millis(listed_at)) + "-" + std::to_string(conversation_key);
}

result<std::vector<list_place>> find_places(connection& db, const list_range& r)
{
    return db.all(select_places, {r.user_key, r.below.listed_at, r.below.conversation_key, r.limit, r.skip},
                  read_place);
}

result<list_place> parse_cursor(connection& db, std::int64_t user_key, std::string_view cursor)
{
    auto found = db.first(select_place, {cursor, user_key}, read_place);
    if (!found)
        return std::move(found).error();
    if (*found)
        return **found;
    list_place place;
    if (!parse_place(cursor, place))
        return invalid_field("before", "must be a nextCursor of this list or a conversation's id");
    return place;
}

} // namespace chatd::storage
