#include "conversation_list.hpp"

#include "message_store.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

namespace chatd::storage {
namespace {

using sql::connection;
using sql::row;
using sql::statement;

constexpr statement select_candidates{"conversation_list", R"sql(
    SELECT p.listed_at, p.conversation_key, c.active_at
      FROM participants p JOIN conversations c ON c.key = p.conversation_key
     WHERE p.user_key = $1 AND (p.listed_at, p.conversation_key) < ($2, $3)
     ORDER BY p.listed_at DESC, p.conversation_key DESC
     LIMIT $4)sql"};

constexpr statement select_place{"conversation_place", R"sql(
    SELECT active_at, key FROM conversations WHERE id = $1)sql"};

/// Reads a number up to `end_mark` (0: the end) off the front.
bool take_number(std::string_view& text, char end_mark, std::int64_t& out)
{
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), out);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (bad != std::errc{} || (end_mark == 0 ? used != text.size() : used >= text.size()))
        return false;
    if (end_mark != 0 && text[used] != end_mark)
        return false;
    text.remove_prefix(std::min(text.size(), used + 1));
    return true;
}

/// Candidates in the order of the index, which is up to `list_slack` behind.
class candidate_scan {
  public:
    candidate_scan(connection& db, std::int64_t user_key, const list_place& below)
        : db_(db), user_key_(user_key), below_(below), listed_(below)
    {
    }

    /// Adds the next `limit`; false at the end.
    [[nodiscard]] result<bool> more(std::int64_t limit)
    {
        auto found =
            db_.query(select_candidates, {user_key_, listed_.active_at, listed_.conversation_key, limit},
                      [&](const row& r) {
                          listed_ = {r.time(0), r.integer(1)};
                          const list_place at{r.time(2), r.integer(1)};
                          if (at < below_)
                              places_.push_back(at);
                      });
        if (!found)
            return std::move(found).error();
        return *found == limit;
    }
    /// True when no candidate still unseen can stand among the first `wanted`.
    [[nodiscard]] bool settled(std::int64_t wanted)
    {
        if (std::ssize(places_) < wanted)
            return false;
        const auto nth = places_.begin() + (wanted - 1);
        std::nth_element(places_.begin(), nth, places_.end(), std::greater<>());
        return listed_.active_at + list_slack <= nth->active_at;
    }
    [[nodiscard]] std::vector<list_place> take() { return std::move(places_); }

  private:
    connection& db_;
    std::int64_t user_key_;
    list_place below_;
    list_place listed_; ///< where the scan of the index stands
    std::vector<list_place> places_;
};

} // namespace

std::string list_place::to_cursor() const
{
    return std::to_string(to_millis(active_at)) + "-" + std::to_string(conversation_key);
}

result<std::vector<list_place>> find_places(connection& db, std::int64_t user_key, const list_place& below,
                                            std::int64_t wanted)
{
    candidate_scan scan(db, user_key, below);
    for (auto limit = wanted + 8;; limit = 32) {
        auto more = scan.more(limit);
        if (!more)
            return std::move(more).error();
        if (!*more || scan.settled(wanted))
            break;
    }
    auto places = scan.take();
    std::sort(places.begin(), places.end(), std::greater<>());
    if (std::ssize(places) > wanted)
        places.resize(static_cast<std::size_t>(wanted));
    return places;
}

result<list_place> parse_cursor(connection& db, std::string_view cursor)
{
    auto found = db.first(select_place, {cursor}, [](const row& r) {
        return list_place{r.time(0), r.integer(1)};
    });
    if (!found)
        return std::move(found).error();
    if (*found)
        return **found;
    std::int64_t active_at = 0;
    std::int64_t key = 0;
    if (!take_number(cursor, '-', active_at) || !take_number(cursor, 0, key))
        return invalid_field("before", "must be a nextCursor of this list or a conversation's id");
    return list_place{from_millis(active_at), key};
}

} // namespace chatd::storage
