#include "message_store.hpp"

#include "message_reader.hpp"

#include <algorithm>

namespace chatd::storage {
namespace {

using sql::access;
using sql::connection;
using sql::row;
using sql::statement;

constexpr statement select_place{"message_place", R"sql(
    SELECT m.conversation_key, m.seq, c.id
      FROM messages m JOIN conversations c ON c.key = m.conversation_key
     WHERE m.id = $1)sql"};

struct place {
    std::int64_t conversation_key = 0;
    std::int64_t seq = 0;
    std::string conversation_id;
};

struct seq_range {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

/// seq has no gaps: pages are arithmetic.
result<seq_range> range_of(connection& db, const membership& in, const chat::page_request& p)
{
    if (!p.before && !p.after) {
        const auto last = in.last_seq - (p.page - 1) * p.limit;
        return seq_range{std::max<std::int64_t>(1, last - p.limit + 1), last};
    }
    std::int64_t low = 1;
    std::int64_t high = in.last_seq;
    if (p.after) {
        auto seq = resolve_seq(db, in.conversation_key, *p.after, "after");
        if (!seq)
            return std::move(seq).error();
        low = *seq + 1;
    }
    if (p.before) {
        auto seq = resolve_seq(db, in.conversation_key, *p.before, "before");
        if (!seq)
            return std::move(seq).error();
        high = std::min(high, *seq - 1);
        return seq_range{std::max(low, high - p.limit + 1), high};
    }
    return seq_range{low, std::min(high, low + p.limit - 1)};
}

} // namespace

result<chat::message> find_message(connection& db, std::string_view id, std::string_view user_id)
{
    auto found = db.first(select_place, {id}, [](const row& r) {
        return place{r.integer(0), r.integer(1), r.string(2)};
    });
    if (!found)
        return std::move(found).error();
    if (!*found)
        return errc::not_found;
    auto& at = **found;
    if (auto in = find_membership(db, at.conversation_id, user_id); !in)
        return std::move(in).error();
    auto read = message_reader(db, at.conversation_key, std::move(at.conversation_id)).read(at.seq, at.seq);
    if (!read)
        return std::move(read).error();
    if (read->empty())
        return errc::not_found;
    return std::move(read->front());
}

result<chat::page<chat::message>> list_messages(connection& db, std::string_view conversation_id,
                                                std::string_view user_id, const chat::page_request& p)
{
    auto in = find_membership(db, conversation_id, user_id);
    if (!in)
        return std::move(in).error();
    auto range = range_of(db, *in, p);
    if (!range)
        return std::move(range).error();
    auto items = message_reader(db, in->conversation_key, std::string(conversation_id))
                     .read(range->first, range->last);
    if (!items)
        return std::move(items).error();
    chat::page<chat::message> page;
    page.items = std::move(*items);
    page.info.page = p.page;
    page.info.limit = p.limit;
    page.info.total = in->last_seq;
    const bool forward = p.after && !p.before;
    page.info.has_more =
        !page.items.empty() && (forward ? range->last < in->last_seq : page.items.front().seq > 1);
    if (page.info.has_more)
        page.info.next_cursor = forward ? page.items.back().id : page.items.front().id;
    return page;
}

async::task<result<chat::message_store::appended>> message_store::append(chat::message_draft d)
{
    return db_.run(access::write, [&index = index_, d = std::move(d)](connection& db) {
        auto done = append_message(db, d);
        if (done && !done->repeated)
            index.stored();
        return done;
    });
}

async::task<result<chat::message>> message_store::find(std::string id, std::string user_id)
{
    return db_.run(access::read, [id = std::move(id), user_id = std::move(user_id)](connection& db) {
        return find_message(db, id, user_id);
    });
}

async::task<result<chat::page<chat::message>>> message_store::list(std::string conversation_id,
                                                                   std::string user_id, chat::page_request p)
{
    return db_.run(access::read,
                   [id = std::move(conversation_id), user_id = std::move(user_id),
                    p = std::move(p)](connection& db) { return list_messages(db, id, user_id, p); });
}

} // namespace chatd::storage
