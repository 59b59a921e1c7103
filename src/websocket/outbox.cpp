#include <chatd/websocket/outbox.hpp>

#include <algorithm>
#include <utility>

namespace chatd::websocket {

frame_ptr& outbox::slot(std::uint32_t i) noexcept
{
    auto* slots = heap_ ? heap_.get() : own_.data();
    return slots[(head_ + i) & (capacity_ - 1)];
}

const frame_ptr& outbox::slot(std::uint32_t i) const noexcept
{
    return const_cast<outbox*>(this)->slot(i);
}

void outbox::push(frame_ptr f)
{
    if (count_ == capacity_)
        grow();
    bytes_ += f->bytes().size();
    slot(count_++) = std::move(f);
}

void outbox::grow()
{
    auto larger = std::make_unique<frame_ptr[]>(std::size_t{capacity_} * 2);
    for (std::uint32_t i = 0; i < count_; ++i)
        larger[i] = std::move(slot(i));
    heap_ = std::move(larger);
    capacity_ *= 2;
    head_ = 0;
}

std::size_t outbox::gather(std::span<iovec> into) const noexcept
{
    const auto n = std::min<std::size_t>(into.size(), count_);
    for (std::uint32_t i = 0; i < n; ++i) {
        const auto bytes = slot(i)->bytes();
        into[i] = {const_cast<char*>(bytes.data()), bytes.size()}; // writing does not change them
    }
    if (n > 0) {
        into[0].iov_base = static_cast<char*>(into[0].iov_base) + sent_;
        into[0].iov_len -= sent_;
    }
    return n;
}

std::size_t outbox::consume(std::size_t n) noexcept
{
    bytes_ -= n;
    n += sent_;
    std::size_t ended = 0;
    while (count_ > 0) {
        auto& first = slot(0);
        const auto size = first->bytes().size();
        if (n < size)
            break;
        n -= size;
        first.reset();
        head_ = (head_ + 1) & (capacity_ - 1);
        --count_;
        ++ended;
    }
    sent_ = static_cast<std::uint32_t>(n);
    release_if_empty();
    return ended;
}

void outbox::clear() noexcept
{
    for (std::uint32_t i = 0; i < count_; ++i)
        slot(i).reset();
    count_ = 0;
    bytes_ = 0;
    sent_ = 0;
    release_if_empty();
}

void outbox::release_if_empty() noexcept
{
    if (count_ > 0)
        return;
    head_ = 0;
    if (heap_) {
        heap_.reset();
        capacity_ = inline_slots;
    }
}

} // namespace chatd::websocket
