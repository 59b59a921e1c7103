#include "conversation_reader.hpp"

#include "lookup.hpp"

#include <algorithm>

namespace chatd::storage {
namespace {

using sql::connection;
using sql::row;
using sql::statement;

constexpr std::int64_t shown_participants = 100;

constexpr statement select_conversation{"conversation_read", R"sql(
    SELECT c.id, c.kind, c.name, c.participant_count, c.last_seq, c.last_seq - p.settled, c.active_at,
           c.created_at, c.updated_at
      FROM conversations c JOIN participants p ON p.conversation_key = c.key AND p.user_key = $2
     WHERE c.key = $1)sql"};

constexpr statement select_participants{"conversation_participants", R"sql(
    SELECT u.id, u.username, u.email, u.avatar, u.is_active, u.last_seen, p.role
      FROM participants p JOIN users u ON u.key = p.user_key
     WHERE p.conversation_key = $1 LIMIT $2)sql"};

constexpr statement select_last_message{"conversation_last_message", R"sql(
    SELECT m.id, m.content, u.id, u.username, m.type, m.created_at
      FROM messages m JOIN users u ON u.key = m.sender_key
     WHERE m.conversation_key = $1 AND m.seq = $2)sql"};

chat::conversation read_row(const row& r)
{
    chat::conversation c;
    c.id = r.string(0);
    c.kind = parse_kind(r.text(1));
    c.name = r.string(2);
    c.participant_count = r.integer(3);
    c.last_seq = r.integer(4);
    c.unread_count = r.integer(5);
    c.created_at = r.time(7);
    c.updated_at = std::max(r.time(8), r.time(6));
    if (c.last_seq > 0)
        c.last_message_at = r.time(6);
    return c;
}

chat::message_summary read_summary(const row& r)
{
    return {r.string(0),
            r.string(1),
            r.string(2),
            r.string(3),
            chat::parse_message_type(r.text(4)).value_or(chat::message_type::text),
            r.time(5)};
}

} // namespace

result<chat::conversation> read_conversation(connection& db, std::int64_t conversation_key,
                                             std::int64_t user_key)
{
    auto found = db.first(select_conversation, {conversation_key, user_key}, read_row);
    if (!found)
        return std::move(found).error();
    if (!*found)
        return errc::not_found;
    auto& c = **found;
    auto participants = db.all(select_participants, {conversation_key, shown_participants}, [](const row& r) {
        return chat::participant{read_card(r, 0), r.string(6)};
    });
    if (!participants)
        return std::move(participants).error();
    c.participants = std::move(*participants);
    if (c.last_seq > 0) {
        auto last = db.first(select_last_message, {conversation_key, c.last_seq}, read_summary);
        if (!last)
            return std::move(last).error();
        c.last_message = std::move(*last);
    }
    return std::move(c);
}

} // namespace chatd::storage
