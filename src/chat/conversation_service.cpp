#include <chatd/base/ids.hpp>
#include <chatd/chat/conversation_service.hpp>

#include <algorithm>
#include <utility>

namespace chatd::chat {

namespace {

constexpr auto refusal = "Conversation not found or access denied";

std::string pair_key(std::string_view a, std::string_view b)
{
    std::string key;
    key.reserve(a.size() + b.size() + 1);
    key.append(std::min(a, b)).append("/").append(std::max(a, b));
    return key;
}

members_ptr sorted(conversation_store::membership m)
{
    std::sort(m.member_ids.begin(), m.member_ids.end());
    return std::make_shared<const conversation_store::membership>(std::move(m));
}

members_ptr members_of(const conversation& c)
{
    conversation_store::membership m{c.kind, {}};
    for (const auto& p : c.participants)
        m.member_ids.push_back(p.user.id);
    return sorted(std::move(m));
}

} // namespace

bool is_member(const conversation_store::membership& m, std::string_view user_id) noexcept
{
    return std::binary_search(m.member_ids.begin(), m.member_ids.end(), user_id, std::less<>{});
}

conversation_service::conversation_service(conversation_store& store, event_bus& bus, async::gate& work,
                                           const clock& time, const options& o)
    : store_(store), bus_(bus), clock_(time), members_(o.cached_memberships), loads_(work),
      direct_(o.cached_direct_pairs)
{
}

async::task<result<conversation_store::opened>> conversation_service::open_direct(principal who,
                                                                                  std::string participant_id)
{
    if (participant_id == who.user_id)
        co_return error(errc::invalid, "Cannot create conversation with yourself",
                        {{"participantId", "Cannot create conversation with yourself"}});
    const auto key = pair_key(who.user_id, participant_id);
    if (const auto* known = direct_.find(key)) {
        auto item = co_await store_.find(*known, who.user_id);
        if (item || item.error().code != errc::not_found)
            co_return item ? result(conversation_store::opened{std::move(*item), false})
                           : result<conversation_store::opened>(std::move(item).error());
        direct_.erase(key);
    }
    const auto now = clock_.now();
    auto opened = co_await store_.open_direct(who.user_id, participant_id, make_uuid7(now), now);
    if (!opened) {
        if (opened.error().code == errc::not_found)
            co_return error(errc::not_found, "Participant not found");
        co_return std::move(opened).error();
    }
    direct_.put(key, opened->item.id);
    if (opened->created) {
        const auto members = members_.put(opened->item.id, members_of(opened->item));
        bus_.publish(conversation_opened{opened->item.id, members});
    }
    co_return std::move(*opened);
}

async::task<result<page<conversation>>> conversation_service::list(principal who, page_request p)
{
    return store_.list(std::move(who.user_id), std::move(p));
}

async::task<result<conversation>> conversation_service::find(principal who, std::string id)
{
    return store_.find(std::move(id), std::move(who.user_id));
}

async::task<result<members_ptr>> conversation_service::members(std::string id)
{
    if (const auto* known = members_.find(id))
        co_return *known;
    auto loading = load(id);
    co_return co_await loads_.load(std::move(id), std::move(loading));
}

async::task<result<members_ptr>> conversation_service::load(std::string id)
{
    auto loaded = co_await store_.members(id);
    if (!loaded)
        co_return std::move(loaded).error();
    co_return members_.add(id, sorted(std::move(*loaded)));
}

async::task<result<members_ptr>> conversation_service::require_member(std::string id, std::string user_id)
{
    if (!is_valid_id(id))
        co_return error(errc::not_found, refusal);
    auto found = co_await members(std::move(id));
    if (!found) {
        if (found.error().code == errc::not_found)
            co_return error(errc::not_found, refusal);
        co_return std::move(found).error();
    }
    if (!is_member(**found, user_id))
        co_return error(errc::forbidden, refusal);
    co_return std::move(*found);
}

async::task<result<void>> conversation_service::signal_call(call_signalled call)
{
    auto members = co_await require_member(call.conversation_id, call.from.user_id);
    if (!members)
        co_return std::move(members).error();
    call.members = std::move(*members);
    bus_.publish(call);
    co_return result<void>();
}

} // namespace chatd::chat
