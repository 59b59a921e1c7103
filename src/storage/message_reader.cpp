#include "message_reader.hpp"

#include <algorithm>
#include <unordered_map>

namespace chatd::storage {
namespace {

using sql::row;
using sql::statement;

constexpr statement select_messages{"message_page", R"sql(
    SELECT id, seq, sender_key, type, content, metadata, reply_to, client_id, created_at, edited_at, deleted_at
      FROM messages
     WHERE conversation_key = $1 AND seq >= $2 AND seq <= $3
     ORDER BY seq)sql"};

constexpr statement select_card{"user_card", R"sql(
    SELECT id, username, email, avatar, is_active, last_seen FROM users WHERE key = $1)sql"};

// Ranges are disjoint, so the first one that ends at $3 or later is the last that can touch the page.
constexpr statement select_ranges{"read_ranges_of_page", R"sql(
    SELECT u.id, p.user_key, r.from_seq, r.to_seq, r.read_at
      FROM participants p
      JOIN read_ranges r ON r.conversation_key = p.conversation_key AND r.user_key = p.user_key
      JOIN users u ON u.key = p.user_key
     WHERE p.conversation_key = $1 AND r.to_seq >= $2 AND r.from_seq <= $3
       AND r.to_seq <= coalesce((SELECT min(e.to_seq) FROM read_ranges e
                                  WHERE e.conversation_key = $1 AND e.user_key = p.user_key
                                    AND e.to_seq >= $3), $3))sql"};

void read_message(const row& r, chat::message& m)
{
    m.id = r.string(0);
    m.seq = r.integer(1);
    m.type = chat::parse_message_type(r.text(3)).value_or(chat::message_type::text);
    m.content = r.string(4);
    m.metadata = r.string(5);
    m.reply_to = r.optional_string(6);
    m.client_message_id = r.optional_string(7);
    m.created_at = r.time(8);
    m.edited_at = r.optional_time(9);
    const auto deleted_at = r.optional_time(10);
    m.is_deleted = deleted_at.has_value();
    m.updated_at = deleted_at ? *deleted_at : m.edited_at.value_or(m.created_at);
}

} // namespace

result<std::vector<chat::message>> message_reader::read(std::int64_t first, std::int64_t last)
{
    if (first > last)
        return std::vector<chat::message>();
    if (auto done = read_rows(first, last); !done)
        return done.error();
    if (auto done = fill_senders(); !done)
        return done.error();
    if (auto done = fill_readers(first, last); !done)
        return done.error();
    return std::move(messages_);
}

result<void> message_reader::read_rows(std::int64_t first, std::int64_t last)
{
    auto found = db_.query(select_messages, {conversation_key_, first, last}, [&](const row& r) {
        auto& m = messages_.emplace_back();
        read_message(r, m);
        m.conversation_id = conversation_id_;
        sender_keys_.push_back(r.integer(2));
    });
    if (!found)
        return std::move(found).error();
    return {};
}

result<void> message_reader::fill_senders()
{
    std::unordered_map<std::int64_t, chat::user_card> cards;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
        auto known = cards.find(sender_keys_[i]);
        if (known == cards.end()) {
            auto card =
                db_.first(select_card, {sender_keys_[i]}, [](const row& r) { return read_card(r, 0); });
            if (!card)
                return std::move(card).error();
            known = cards.emplace(sender_keys_[i], card->value_or(chat::user_card{})).first;
        }
        messages_[i].sender = known->second;
    }
    return {};
}

result<void> message_reader::fill_readers(std::int64_t first, std::int64_t last)
{
    auto found = db_.query(select_ranges, {conversation_key_, first, last}, [&](const row& r) {
        const auto low = std::max(first, r.integer(2)) - first;
        const auto high = std::min(last, r.integer(3)) - first;
        for (auto i = low; i <= high && i < static_cast<std::int64_t>(messages_.size()); ++i) {
            const auto at = static_cast<std::size_t>(i);
            if (sender_keys_[at] == r.integer(1))
                continue;
            messages_[at].read_by.push_back({r.string(0), r.time(4)});
            messages_[at].read_count += 1;
        }
    });
    if (!found)
        return std::move(found).error();
    return {};
}

} // namespace chatd::storage
