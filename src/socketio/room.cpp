#include "room.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace chatd::socketio {

room* room::make(std::string_view name)
{
    void* const block = ::operator new(sizeof(room) + name.size());
    auto* const r = new (block) room(name.size());
    std::memcpy(static_cast<char*>(block) + sizeof(room), name.data(), name.size());
    return r;
}

void room::destroy(room* r) noexcept
{
    r->~room();
    ::operator delete(r);
}

room::~room()
{
    if (capacity_ > 1)
        delete[] many_;
}

std::string_view room::name() const noexcept
{
    return {reinterpret_cast<const char*>(this) + sizeof(room), name_size_};
}

void room::grow()
{
    const std::uint32_t wider = capacity_ * 2;
    auto* const block = new member[wider];
    std::copy_n(data(), size_, block);
    if (capacity_ > 1)
        delete[] many_;
    many_ = block;
    capacity_ = wider;
}

void room::add(socket& s)
{
    s.rooms_.reserve(s.rooms_.size() + 1);
    if (size_ == capacity_)
        grow();
    data()[size_] = {&s, static_cast<std::uint32_t>(s.rooms_.size())};
    s.rooms_.push_back({this, size_++});
}

void room::remove(socket& s, std::size_t position) noexcept
{
    const std::uint32_t here = s.rooms_[position].position;
    member* const all = data();
    all[here] = all[--size_];
    if (here != size_)
        all[here].who->rooms_[all[here].position].position = here;
    auto& theirs = s.rooms_;
    theirs[position] = theirs.back();
    theirs.pop_back();
    if (position != theirs.size())
        theirs[position].in->data()[theirs[position].position].position =
            static_cast<std::uint32_t>(position);
}

room_index::~room_index()
{
    for (room* const r : rooms_)
        room::destroy(r);
}

room* room_index::find(std::string_view name) const noexcept
{
    const auto found = rooms_.find(name);
    return found == rooms_.end() ? nullptr : *found;
}

void room_index::join(socket& s, std::string_view name)
{
    room* r = find(name);
    if (r == nullptr) {
        r = room::make(name);
        rooms_.insert(r);
    } else if (contains(s, name)) {
        return;
    }
    r->add(s);
}

bool room_index::contains(const socket& s, std::string_view name) const noexcept
{
    const room* const r = find(name);
    return r != nullptr &&
           std::any_of(s.rooms_.begin(), s.rooms_.end(), [r](const auto& m) { return m.in == r; });
}

void room_index::leave(socket& s, std::string_view name) noexcept
{
    const room* const r = find(name);
    if (r == nullptr)
        return;
    for (std::size_t i = 0; i < s.rooms_.size(); ++i)
        if (s.rooms_[i].in == r)
            return leave_at(s, i);
}

void room_index::leave_all(socket& s) noexcept
{
    while (!s.rooms_.empty())
        leave_at(s, s.rooms_.size() - 1);
}

void room_index::leave_at(socket& s, std::size_t position) noexcept
{
    room* const r = s.rooms_[position].in;
    r->remove(s, position);
    if (r->size() > 0)
        return;
    rooms_.erase(rooms_.find(r->name()));
    room::destroy(r);
}

} // namespace chatd::socketio
