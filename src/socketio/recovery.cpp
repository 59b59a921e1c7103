#include "recovery.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace chatd::socketio {
namespace {

/// Sessions are kept under the hash of their private id. Two ids with one hash cannot be found on purpose
/// without knowing the other one, and a session is only given to an equal identity.
std::uint64_t hash_of(std::string_view pid) noexcept
{
    return std::hash<std::string_view>{}(pid);
}

} // namespace

void recovery::started(socket& s, std::string_view pid)
{
    s.recoverable_ = true;
    s.pid_hash_ = hash_of(pid);
    s.connect_position_ = s.sent_position_ = log_.last();
    live_[s.pid_hash_] = &s;
    peak_ = std::max(peak_, live_.size());
}

void recovery::forget(const socket& s) noexcept
{
    const auto found = live_.find(s.pid_hash_);
    if (found != live_.end() && found->second == &s)
        live_.erase(found);
}

void recovery::left(socket& s, std::vector<std::string> rooms, time now)
{
    if (!s.recoverable_)
        return;
    forget(s);
    auto r = std::make_unique<record>();
    r->id = s.id_;
    r->identity = s.who_ ? s.who_->identity : std::string{};
    r->rooms = std::move(rooms);
    r->connected = s.connect_position_;
    r->sent = s.sent_position_;
    r->gone = log_.last();
    r->got_offset = s.got_offset_;
    r->at = now;
    departed_[s.pid_hash_] = std::move(r);
    order_.push_back({now, s.pid_hash_});
    const auto most = std::max(min_departed, peak_);
    while (departed_.size() > most || order_.size() > 4 * most)
        drop_oldest();
}

socket* recovery::find_live(std::string_view pid) const noexcept
{
    const auto found = live_.find(hash_of(pid));
    return found == live_.end() ? nullptr : found->second;
}

std::optional<recovery::session> recovery::take(std::string_view pid,
                                                const std::optional<std::string>& offset,
                                                std::string_view identity, time now)
{
    prune(now);
    const auto found = departed_.find(hash_of(pid));
    if (found == departed_.end() || found->second->identity != identity)
        return std::nullopt;
    record r = std::move(*found->second);
    departed_.erase(found);
    session out{r.id, r.gone, std::nullopt, std::move(r.rooms)};
    if (offset) {
        out.seen = recovery_log::from_offset(*offset);
        if (!out.seen || *out.seen > r.gone)
            return std::nullopt;
    }
    // Who has seen the newest packet sent to him has missed nothing until the end, however old that packet
    // is.
    if (out.seen && *out.seen != r.sent)
        out.since = *out.seen;
    else if (!out.seen && r.got_offset)
        out.since = r.connected;
    if (out.since < log_.complete_since())
        return std::nullopt;
    return out;
}

void recovery::resumed(socket& s, const session& r, std::optional<std::uint64_t> sent) noexcept
{
    s.connect_position_ = r.since;
    s.got_offset_ = sent.has_value();
    s.sent_position_ = sent.value_or(r.seen.value_or(r.since));
}

void recovery::prune(time now) noexcept
{
    log_.prune(now);
    while (!order_.empty() && order_.front().at + options_.window < now)
        drop_oldest();
}

void recovery::drop_oldest() noexcept
{
    const auto oldest = order_.front();
    order_.pop_front();
    // Who came back and left again has a later place in the order.
    const auto found = departed_.find(oldest.pid_hash);
    if (found != departed_.end() && found->second->at == oldest.at)
        departed_.erase(found);
}

} // namespace chatd::socketio
