#include "lookup.hpp"

#include <charconv>

namespace chatd::storage {
namespace {

using sql::row;
using sql::statement;

constexpr statement select_membership{"membership_find", R"sql(
    SELECT c.key, p.user_key, c.last_seq, p.settled, p.read_seq
      FROM conversations c
      LEFT JOIN participants p ON p.conversation_key = c.key
                              AND p.user_key = (SELECT key FROM users WHERE id = $2)
     WHERE c.id = $1)sql"};

constexpr statement select_seq{"message_seq", R"sql(
    SELECT seq FROM messages WHERE id = $1 AND conversation_key = $2)sql"};

} // namespace

result<membership> find_membership(sql::connection& db, std::string_view conversation_id,
                                   std::string_view user_id)
{
    bool member = false;
    auto found = db.first(select_membership, {conversation_id, user_id}, [&](const row& r) {
        member = !r.is_null(1);
        return membership{r.integer(0), r.integer(1), r.integer(2), r.integer(3), r.integer(4)};
    });
    if (!found)
        return std::move(found).error();
    if (!*found)
        return errc::not_found;
    if (!member)
        return errc::forbidden;
    return **found;
}

result<std::int64_t> resolve_seq(sql::connection& db, std::int64_t conversation_key, std::string_view cursor,
                                 std::string_view field)
{
    auto found = db.first(select_seq, {cursor, conversation_key}, [](const row& r) { return r.integer(0); });
    if (!found)
        return std::move(found).error();
    if (*found)
        return **found;
    std::int64_t number = 0;
    const auto [end, bad] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), number);
    if (bad != std::errc{} || end != cursor.data() + cursor.size() || number < 0)
        return invalid_field(std::string(field), "must be the id of a message of this conversation or a seq");
    return number;
}

chat::conversation_kind parse_kind(std::string_view text) noexcept
{
    using enum chat::conversation_kind;
    for (const auto kind : {direct, group, offer, vehicle, support, customer})
        if (chat::to_string(kind) == text)
            return kind;
    return direct;
}

chat::user_card read_card(const row& r, int first_column)
{
    chat::user_card card;
    card.id = r.string(first_column);
    card.username = r.string(first_column + 1);
    card.email = r.string(first_column + 2);
    card.avatar = r.optional_string(first_column + 3);
    card.is_active = r.boolean(first_column + 4);
    card.last_seen = r.optional_time(first_column + 5);
    return card;
}

} // namespace chatd::storage
