#include "recovery_log.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace chatd::socketio {
namespace {

constexpr std::size_t entry_overhead = 160; // of an entry and its place in a room's trail
constexpr int offset_base = 36;

} // namespace

void recovery_log::trail::pop() noexcept
{
    if (++front * 2 < positions.size() || front < 16)
        return;
    positions.erase(positions.begin(), positions.begin() + static_cast<std::ptrdiff_t>(front));
    front = 0;
}

std::span<const std::uint64_t> recovery_log::trail::behind(std::uint64_t position) const noexcept
{
    const auto begin = positions.begin() + static_cast<std::ptrdiff_t>(front);
    return {std::upper_bound(begin, positions.end(), position), positions.end()};
}

void recovery_log::append(std::span<const std::string> rooms, std::span<const std::string> except,
                          encoded_packet p, time now)
{
    entry e{now, std::move(p), {rooms.begin(), rooms.end()}, {except.begin(), except.end()}, entry_overhead};
    std::sort(e.rooms.begin(), e.rooms.end());
    e.rooms.erase(std::unique(e.rooms.begin(), e.rooms.end()), e.rooms.end());
    e.bytes += e.packet.bytes();
    for (const auto& name : e.rooms)
        e.bytes += name.size();
    bytes_ += e.bytes;
    entries_.push_back(std::move(e));
    const auto& kept = entries_.back();
    if (kept.rooms.empty())
        everyone_.push(last());
    for (const auto& name : kept.rooms)
        trails_[name].push(last());
    prune(now);
}

std::vector<recovery_log::missed> recovery_log::replay(std::span<const std::string_view> rooms,
                                                       std::uint64_t since) const
{
    std::vector<std::uint64_t> positions;
    const auto collect = [&](const trail& t) {
        const auto behind = t.behind(since);
        positions.insert(positions.end(), behind.begin(), behind.end());
    };
    collect(everyone_);
    for (const auto name : rooms)
        if (const auto found = trails_.find(name); found != trails_.end())
            collect(found->second);
    std::sort(positions.begin(), positions.end());
    positions.erase(std::unique(positions.begin(), positions.end()), positions.end());

    std::vector<missed> out;
    out.reserve(positions.size());
    for (const auto position : positions) {
        const auto& e = entries_[position - first_];
        const bool excepted = std::any_of(e.except.begin(), e.except.end(), [&](const std::string& name) {
            return std::find(rooms.begin(), rooms.end(), name) != rooms.end();
        });
        if (!excepted)
            out.push_back({position, &e.packet});
    }
    return out;
}

void recovery_log::prune(time now) noexcept
{
    while (!entries_.empty() && (bytes_ > max_bytes_ || entries_.front().at + window_ < now))
        drop_front();
}

void recovery_log::drop_front() noexcept
{
    const auto& e = entries_.front();
    if (e.rooms.empty())
        everyone_.pop();
    for (const auto& name : e.rooms) {
        const auto found = trails_.find(std::string_view(name));
        found->second.pop();
        if (found->second.empty())
            trails_.erase(found);
    }
    bytes_ -= e.bytes;
    entries_.pop_front();
    ++first_;
}

std::string recovery_log::to_offset(std::uint64_t position)
{
    std::array<char, 16> text{};
    const auto [end, failure] = std::to_chars(text.data(), text.data() + text.size(), position, offset_base);
    static_cast<void>(failure);
    return {text.data(), end};
}

std::optional<std::uint64_t> recovery_log::from_offset(std::string_view offset) noexcept
{
    std::uint64_t position = 0;
    const auto [end, failure] =
        std::from_chars(offset.data(), offset.data() + offset.size(), position, offset_base);
    if (failure != std::errc{} || end != offset.data() + offset.size())
        return std::nullopt;
    return position;
}

} // namespace chatd::socketio
