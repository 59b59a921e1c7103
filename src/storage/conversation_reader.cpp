#include "conversation_reader.hpp"

#include "lookup.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace chatd::storage {
namespace {

using sql::row;
using sql::statement;

constexpr std::int64_t shown_participants = 100;

constexpr statement select_conversation{"conversation_read", R"sql(
    SELECT c.id, c.kind, c.name, c.participant_count, c.last_seq, c.last_seq - p.settled, c.active_at,
           c.created_at, c.updated_at
      FROM conversations c JOIN participants p ON p.conversation_key = c.key AND p.user_key = $2
     WHERE c.key = $1)sql"};

constexpr statement select_participants{"conversation_participants", R"sql(
    SELECT user_key, role FROM participants WHERE conversation_key = $1 LIMIT $2)sql"};

constexpr statement select_card{"conversation_card", R"sql(
    SELECT id, username, email, avatar, is_active, last_seen FROM users WHERE key = $1)sql"};

constexpr statement select_last_message{"conversation_last_message", R"sql(
    SELECT id, content, sender_key, type, created_at FROM messages
     WHERE conversation_key = $1 AND seq = $2)sql"};

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

} // namespace

result<chat::conversation> conversation_reader::read(std::int64_t conversation_key)
{
    auto found = db_.first(select_conversation, {conversation_key, user_key_}, read_row);
    if (!found)
        return std::move(found).error();
    if (!*found)
        return errc::not_found;
    auto& c = **found;
    if (auto done = fill_participants(c, conversation_key); !done)
        return done.error();
    if (auto done = fill_last_message(c, conversation_key); !done)
        return done.error();
    return std::move(c);
}

result<void> conversation_reader::fill_participants(chat::conversation& c, std::int64_t conversation_key)
{
    auto members = db_.all(select_participants, {conversation_key, shown_participants},
                           [](const row& r) { return std::pair(r.integer(0), r.string(1)); });
    if (!members)
        return std::move(members).error();
    c.participants.reserve(members->size());
    for (auto& [key, role] : *members) {
        auto user = card(key);
        if (!user)
            return std::move(user).error();
        c.participants.push_back({**user, std::move(role)});
    }
    return {};
}

result<void> conversation_reader::fill_last_message(chat::conversation& c, std::int64_t conversation_key)
{
    if (c.last_seq == 0)
        return {};
    std::int64_t sender_key = 0;
    auto last = db_.first(select_last_message, {conversation_key, c.last_seq}, [&](const row& r) {
        sender_key = r.integer(2);
        chat::message_summary m;
        m.id = r.string(0);
        m.content = r.string(1);
        m.type = chat::parse_message_type(r.text(3)).value_or(chat::message_type::text);
        m.created_at = r.time(4);
        return m;
    });
    if (!last)
        return std::move(last).error();
    c.last_message = std::move(*last);
    if (!c.last_message)
        return {};
    auto sender = card(sender_key);
    if (!sender)
        return std::move(sender).error();
    c.last_message->sender_id = (*sender)->id;
    c.last_message->sender_username = (*sender)->username;
    return {};
}

result<const chat::user_card*> conversation_reader::card(std::int64_t user_key)
{
    auto known = cards_.find(user_key);
    if (known == cards_.end()) {
        auto read = db_.first(select_card, {user_key}, [](const row& r) { return read_card(r, 0); });
        if (!read)
            return std::move(read).error();
        known = cards_.emplace(user_key, read->value_or(chat::user_card{})).first;
    }
    return &known->second;
}

} // namespace chatd::storage
