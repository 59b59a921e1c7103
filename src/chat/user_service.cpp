#include <chatd/chat/user_service.hpp>

#include <unordered_map>
#include <utility>

namespace chatd::chat {

namespace {

user_ptr without_secrets(user u)
{
    u.password_hash.clear();
    u.password_hash.shrink_to_fit();
    return std::make_shared<const user>(std::move(u));
}

bool looks_the_same(const user& a, const user& b)
{
    return a.username == b.username && a.email == b.email && a.avatar == b.avatar &&
           a.is_active == b.is_active && a.full_name == b.full_name;
}

} // namespace

user_card card_of(const user& u)
{
    return {u.id, u.username, u.email, u.avatar, u.is_active, u.last_seen};
}

user_service::user_service(user_store& store, event_bus& bus, async::gate& work, const options& o)
    : store_(store), bus_(bus), cache_(o.cached_users), loads_(work)
{
}

user_ptr user_service::cached(std::string_view id)
{
    const auto* known = cache_.find(id);
    return known != nullptr ? *known : nullptr;
}

async::task<result<user_ptr>> user_service::find(std::string id)
{
    if (auto known = cached(id))
        co_return known;
    auto loading = load(id);
    co_return co_await loads_.load(std::move(id), std::move(loading));
}

async::task<result<user_ptr>> user_service::load(std::string id)
{
    auto row = co_await store_.find(id);
    if (!row)
        co_return std::move(row).error();
    co_return cache_.add(id, without_secrets(std::move(*row)));
}

async::task<result<std::vector<user_ptr>>> user_service::find_many(std::vector<std::string> ids)
{
    std::unordered_map<std::string_view, user_ptr> known;
    std::vector<std::string> missing;
    for (const auto& id : ids)
        if (auto u = cached(id))
            known.emplace(id, std::move(u));
        else
            missing.push_back(id);
    if (!missing.empty()) {
        auto rows = co_await store_.find_many(std::move(missing));
        if (!rows)
            co_return std::move(rows).error();
        for (auto& row : *rows) {
            const auto u = cache_.add(row.id, without_secrets(row));
            known.emplace(u->id, u); // the key lives in the value beside it
        }
    }
    std::vector<user_ptr> found;
    found.reserve(ids.size());
    for (const auto& id : ids)
        if (const auto u = known.find(id); u != known.end())
            found.push_back(u->second);
    co_return found;
}

async::task<result<page<user>>> user_service::list(user_query q)
{
    return store_.list(std::move(q));
}

user_ptr user_service::remember(user u)
{
    const auto before = cached(u.id);
    const auto now = without_secrets(std::move(u));
    cache_.put(now->id, now);
    if (before && !looks_the_same(*before, *now))
        bus_.publish(user_updated{now->id});
    return now;
}

void user_service::seen(std::string_view id, timestamp at)
{
    auto* known = cache_.find(id);
    if (known == nullptr)
        return;
    auto changed = **known;
    changed.last_seen = at;
    *known = std::make_shared<const user>(std::move(changed));
}

} // namespace chatd::chat
