#include <chatd/base/log.hpp>
#include <chatd/chat/presence_service.hpp>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace chatd::chat {

namespace {

constexpr std::size_t max_listed = 1000;
constexpr std::int64_t max_contacts = 1000;
constexpr std::size_t batch = 500;

} // namespace

presence_service::presence_service(ports p, user_service& users, event_bus& bus, async::timer_wheel& wheel,
                                   async::gate& work, const clock& time, const options& o)
    : online_(p.online), conversations_(p.conversations), user_rows_(p.users), users_(users), bus_(bus),
      wheel_(wheel), work_(work), clock_(time), options_(o)
{
    online_.on_change([this](const std::string& user_id, bool online) { changed(user_id, online); });
}

presence_service::~presence_service()
{
    online_.on_change({});
}

void presence_service::connected(std::string_view user_id)
{
    online_.connected(user_id);
}

void presence_service::disconnected(std::string_view user_id)
{
    if (online_.disconnected(user_id))
        bus_.publish(last_socket_gone{std::string(user_id)});
}

void presence_service::changed(const std::string& user_id, bool online)
{
    const auto now = clock_.now();
    if (!online) {
        pending_[user_id] = now;
        users_.seen(user_id, now);
        if (!timer_.armed())
            wheel_.arm(timer_, options_.last_seen_interval);
    }
    changes_.push_back({user_id, online, now});
    if (!std::exchange(announcing_, true))
        async::spawn(work_, "presence", announce_all());
}

async::task<void> presence_service::announce_all()
{
    // One at a time: a thousand people coming back at once must not fill the database's queue.
    while (!changes_.empty()) {
        auto next = std::move(changes_.front());
        changes_.pop_front();
        if (online_.is_online(next.user_id) == next.online)
            co_await announce(std::move(next));
    }
    announcing_ = false;
}

async::task<void> presence_service::announce(change c)
{
    auto who = co_await users_.find(c.user_id);
    if (!who)
        co_return;
    presence_changed event{std::move(c.user_id), (*who)->username, c.online, c.at, std::nullopt};
    const bool everybody = options_.audience == presence_audience::all ||
                           (options_.audience == presence_audience::automatic &&
                            online_.online_count() <= options_.audience_all_up_to);
    if (!everybody) {
        auto contacts = co_await conversations_.contacts(event.user_id, max_contacts);
        if (!contacts) {
            log::warn("presence", "contacts not found, nobody told", {{"detail", contacts.error().detail}});
            co_return;
        }
        std::erase_if(*contacts, [this](const std::string& id) { return !online_.is_online(id); });
        event.audience = std::move(*contacts);
    }
    bus_.publish(event);
}

async::task<result<online_list>> presence_service::list(principal who)
{
    auto contacts = co_await conversations_.contacts(who.user_id, max_contacts);
    if (!contacts)
        co_return std::move(contacts).error();
    std::vector<std::string> ids;
    std::unordered_set<std::string> taken;
    const auto take = [&](const std::string& id) {
        if (ids.size() < max_listed && taken.insert(id).second)
            ids.push_back(id);
    };
    for (const auto& id : *contacts)
        if (online_.is_online(id))
            take(id);
    for (const auto& id : online_.online_ids(max_listed))
        take(id);
    auto users = co_await users_.find_many(std::move(ids));
    if (!users)
        co_return std::move(users).error();
    co_return online_list{online_.online_count(), std::move(*users)};
}

async::task<result<online_status>> presence_service::status(std::string user_id)
{
    auto who = co_await users_.find(user_id);
    if (!who)
        co_return std::move(who).error();
    const auto recent = pending_.find(user_id);
    co_return online_status{online_.is_online(user_id),
                            recent != pending_.end() ? recent->second : (*who)->last_seen};
}

void presence_service::flush_timer::expired() noexcept
{
    async::spawn(service.work_, "last_seen", service.flush(false));
}

async::task<void> presence_service::flush(bool everybody)
{
    auto seen = std::exchange(pending_, {});
    if (everybody)
        for (auto& id : online_.online_ids(static_cast<std::size_t>(online_.online_count())))
            seen.insert_or_assign(std::move(id), clock_.now());
    for (auto at = seen.begin(); at != seen.end();) {
        std::vector<std::string> ids;
        timestamp latest{};
        for (; at != seen.end() && ids.size() < batch; ++at) {
            ids.push_back(at->first);
            latest = std::max(latest, at->second);
        }
        auto stored = co_await user_rows_.touch_last_seen(ids, latest);
        if (stored)
            continue;
        log::warn("presence", "last seen not stored", {{"detail", stored.error().detail}});
        if (everybody)
            co_return;
        for (auto& id : ids)
            pending_.emplace(std::move(id), latest); // keeps what is newer
    }
    if (!pending_.empty() && !timer_.armed())
        wheel_.arm(timer_, options_.last_seen_interval);
}

} // namespace chatd::chat
