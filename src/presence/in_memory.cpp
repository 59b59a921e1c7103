#include <chatd/presence/in_memory.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace chatd::presence {

/// A user whose last socket has gone a moment ago.
struct in_memory::linger_entry final : async::timer_wheel::entry {
    linger_entry(in_memory& o, std::string id) : owner(o), user_id(std::move(id)) {}
    void expired() noexcept override { owner.gone(user_id); }

    in_memory& owner;
    std::string user_id;
};

in_memory::in_memory(async::timer_wheel& wheel, std::chrono::milliseconds linger)
    : wheel_(wheel), linger_(linger)
{
}

in_memory::~in_memory() = default;

void in_memory::on_change(std::function<void(const std::string&, bool)> f)
{
    changed_ = std::move(f);
}

void in_memory::connected(std::string_view user_id)
{
    if (const auto known = sockets_.find(user_id); known != sockets_.end()) {
        if (known->second++ == 0)
            lingering_.erase(lingering_.find(user_id));
        return;
    }
    const auto added = sockets_.emplace(user_id, 1).first;
    if (changed_)
        changed_(std::string(added->first), true);
}

bool in_memory::disconnected(std::string_view user_id)
{
    const auto known = sockets_.find(user_id);
    assert(known != sockets_.end() && known->second > 0);
    if (known == sockets_.end() || known->second == 0 || --known->second > 0)
        return false;
    auto entry = std::make_unique<linger_entry>(*this, known->first);
    wheel_.arm(*entry, linger_);
    lingering_.emplace(known->first, std::move(entry));
    return true;
}

void in_memory::gone(const std::string& user_id)
{
    const auto entry = lingering_.extract(user_id); // owns `user_id`
    sockets_.erase(user_id);
    if (changed_)
        changed_(user_id, false);
}

bool in_memory::is_online(std::string_view user_id) const
{
    return sockets_.find(user_id) != sockets_.end();
}

std::int64_t in_memory::online_count() const
{
    return static_cast<std::int64_t>(sockets_.size());
}

std::vector<std::string> in_memory::online_ids(std::size_t limit) const
{
    std::vector<std::string> ids;
    ids.reserve(std::min(limit, sockets_.size()));
    for (const auto& [id, count] : sockets_) {
        if (ids.size() == limit)
            break;
        ids.push_back(id);
    }
    return ids;
}

} // namespace chatd::presence
