#include "message_reader.hpp"
#include "message_store.hpp"

namespace chatd::storage {
namespace {

using sql::connection;
using sql::row;
using sql::statement;

// The hot path: four statements for a message, five with a client id.

constexpr statement select_repeat{"message_find_repeat", R"sql(
    SELECT id FROM messages
     WHERE sender_key = (SELECT key FROM users WHERE id = $1) AND client_id = $2)sql"};

constexpr statement select_replied{"message_find_replied", R"sql(
    SELECT m.key FROM messages m JOIN conversations c ON c.key = m.conversation_key
     WHERE m.id = $1 AND c.id = $2)sql"};

/// Own messages need no reading; no row: not a member.
constexpr statement settle_own{"message_settle_own", R"sql(
    UPDATE participants SET settled = settled + 1
     WHERE conversation_key = (SELECT key FROM conversations WHERE id = $1)
       AND user_key = (SELECT key FROM users WHERE id = $2)
 RETURNING conversation_key, user_key)sql"};

constexpr statement take_seat{"message_take_seat", R"sql(
    UPDATE conversations
       SET last_seq  = last_seq + 1,
           active_at = CASE WHEN active_at > $2 THEN active_at ELSE $2 END
     WHERE key = $1
 RETURNING last_seq)sql"};

constexpr statement insert_message{"message_insert", R"sql(
    INSERT INTO messages (id, conversation_key, seq, sender_key, type, content, metadata, reply_to, client_id,
                          created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))sql"};

/// For those members whose list it does not lead yet. Strictly above the present top: activities within one
/// millisecond keep their order.
constexpr statement move_up{"message_move_up", R"sql(
    UPDATE participants
       SET listed_at = (SELECT CASE WHEN MAX(t.listed_at) < $2 THEN $2 ELSE MAX(t.listed_at) + 1 END
                          FROM participants t WHERE t.user_key = participants.user_key)
     WHERE conversation_key = $1
       AND conversation_key <> (SELECT t.conversation_key FROM participants t
                                 WHERE t.user_key = participants.user_key
                                 ORDER BY t.listed_at DESC, t.conversation_key DESC LIMIT 1))sql"};

constexpr statement select_conversation{"message_conversation_exists", R"sql(
    SELECT key FROM conversations WHERE id = $1)sql"};

struct keys {
    std::int64_t conversation = 0;
    std::int64_t sender = 0;
};

/// The earlier message with this client id, when there is one; conflict: it says something else.
result<std::optional<chat::message>> find_repeat(connection& db, const chat::message_draft& d)
{
    auto earlier = db.first(select_repeat, {d.sender_id, *d.client_message_id},
                            [](const row& r) { return r.string(0); });
    if (!earlier)
        return std::move(earlier).error();
    if (!*earlier)
        return std::optional<chat::message>();
    auto message = find_message(db, **earlier, d.sender_id);
    if (!message)
        return std::move(message).error();
    if (message->conversation_id != d.conversation_id || message->content != d.content)
        return error(errc::conflict, "clientMessageId was used for another message");
    return std::optional(std::move(*message));
}

result<void> check_reply(connection& db, const chat::message_draft& d)
{
    auto replied =
        db.first(select_replied, {*d.reply_to, d.conversation_id}, [](const row& r) { return r.integer(0); });
    if (!replied)
        return std::move(replied).error();
    if (!*replied)
        return invalid_field("replyTo", "must be a message of the same conversation");
    return {};
}

result<keys> settle(connection& db, const chat::message_draft& d)
{
    auto member = db.first(settle_own, {d.conversation_id, d.sender_id}, [](const row& r) {
        return keys{r.integer(0), r.integer(1)};
    });
    if (!member)
        return std::move(member).error();
    if (*member)
        return **member;
    auto known =
        db.first(select_conversation, {d.conversation_id}, [](const row& r) { return r.integer(0); });
    if (!known)
        return std::move(known).error();
    return *known ? errc::forbidden : errc::not_found;
}

result<std::int64_t> store(connection& db, const chat::message_draft& d, const keys& k)
{
    auto taken =
        db.first(take_seat, {k.conversation, d.created_at}, [](const row& r) { return r.integer(0); });
    if (!taken)
        return std::move(taken).error();
    const auto seq = taken->value_or(0);
    const auto metadata = d.metadata.empty() ? std::nullopt : std::optional(std::string_view(d.metadata));
    auto added =
        db.exec(insert_message, {d.id, k.conversation, seq, k.sender, chat::to_string(d.type), d.content,
                                 metadata, d.reply_to, d.client_message_id, d.created_at});
    if (!added)
        return added;
    if (auto moved = db.exec(move_up, {k.conversation, d.created_at}); !moved)
        return moved;
    return seq;
}

} // namespace

result<chat::message_store::appended> append_message(connection& db, const chat::message_draft& d)
{
    if (d.client_message_id) {
        auto repeat = find_repeat(db, d);
        if (!repeat)
            return std::move(repeat).error();
        if (*repeat)
            return chat::message_store::appended{std::move(**repeat), true};
    }
    if (d.reply_to)
        if (auto ok = check_reply(db, d); !ok)
            return ok.error();
    auto k = settle(db, d);
    if (!k)
        return std::move(k).error();
    auto seq = store(db, d, *k);
    if (!seq)
        return std::move(seq).error();

    chat::message_store::appended a;
    a.item.id = d.id;
    a.item.conversation_id = d.conversation_id;
    a.item.seq = *seq;
    a.item.sender.id = d.sender_id;
    a.item.content = d.content;
    a.item.type = d.type;
    a.item.metadata = d.metadata;
    a.item.reply_to = d.reply_to;
    a.item.client_message_id = d.client_message_id;
    a.item.created_at = a.item.updated_at = d.created_at;
    return a;
}

} // namespace chatd::storage
