#include "handshake.hpp"

#include <chatd/websocket/connection.hpp>

#include <array>
#include <utility>

namespace chatd::websocket {

namespace {

constexpr std::size_t frames_per_write = 64;
// What a queued frame costs beside its bytes; else a budget of bytes would not bound the memory of tiny ones.
constexpr std::size_t frame_overhead = 64;

frame_ptr close_frame(std::uint16_t code)
{
    if (code == close_code::none)
        return frame::make(opcode::close, {}, {});
    const std::array<char, 2> payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)};
    return frame::make(opcode::close, {}, {payload.data(), payload.size()});
}

} // namespace

std::shared_ptr<connection> connection::accept(connection_group& g, http::exchange& e,
                                               connection_owner& owner)
{
    auto answer = answer_handshake(e);
    if (answer.accepted.empty()) {
        e.respond(std::move(answer.refused));
        return nullptr;
    }
    std::string early;
    auto stream = e.release_stream(early);
    if (!stream)
        return nullptr;
    auto made = std::make_shared<connection>(key{}, g, std::move(stream), owner);
    made->enqueue(frame::make_raw(answer.accepted));
    if (!early.empty()) {
        // What came behind the request is read before what comes next.
        made->stream_->want_read(false);
        g.loop_.post([c = made, bytes = std::move(early)]() mutable {
            if (c->stream_ != nullptr)
                c->stream_->want_read(true);
            c->take(bytes);
        });
    }
    return made;
}

connection::connection(key, connection_group& g, std::unique_ptr<http::stream> s, connection_owner& owner)
    : group_(g), stream_(std::move(s)), owner_(&owner), codec_(g.options_.max_message)
{
    stream_->attach(*this);
    stream_->bound_send_buffer(g.options_.kernel_send_buffer);
}

connection::~connection() = default;

void connection::send(frame_ptr f)
{
    if (phase_ != phase::open || !make_room(f->bytes().size()))
        return;
    enqueue(std::move(f));
}

bool connection::send_volatile(frame_ptr f)
{
    if (phase_ != phase::open)
        return false;
    if (load() > group_.options_.send_budget / 4) {
        ++group_.stats_.dropped_volatile;
        return false;
    }
    send(std::move(f));
    return true;
}

void connection::enqueue(frame_ptr f)
{
    outbox_.push(std::move(f));
    if (!is_linked())
        group_.mark_dirty(*this);
}

std::size_t connection::load() const noexcept
{
    return outbox_.bytes() + outbox_.frames() * frame_overhead;
}

// Within the budget, or the queue is empty: one frame may always go. What exceeds it is written first if the
// kernel still takes something; only a reader that is too slow fails.
bool connection::make_room(std::size_t bytes)
{
    const auto fits = [&] { return outbox_.empty() || load() + bytes <= group_.options_.send_budget; };
    if (fits())
        return true;
    if (!blocked_ && !write_out()) {
        doom();
        return false;
    }
    if (fits())
        return true;
    ++group_.stats_.closed_slow;
    doom();
    return false;
}

// Ends the connection outside of the owner's call.
void connection::doom() noexcept
{
    phase_ = phase::doomed;
    outbox_.clear();
    if (is_linked())
        unlink();
    group_.mark_dirty(*this);
}

void connection::on_readable() noexcept
{
    const auto guard = shared_from_this();
    do {
        const auto [what, bytes] = stream_->read({group_.scratch_.get(), connection_group::scratch_size});
        if (what == http::stream::status::again)
            return;
        if (what == http::stream::status::end && phase_ == phase::closing) {
            // The peer is done; it still gets its answer.
            peer_ended_ = true;
            return stream_->want_read(false);
        }
        if (what != http::stream::status::done)
            return lose();
        take({group_.scratch_.get(), bytes});
    } while (stream_ != nullptr && stream_->has_buffered());
}

void connection::on_hangup() noexcept
{
    lose();
}

void connection::take(std::span<char> bytes)
{
    group_.stats_.bytes_in += bytes.size();
    codec_.feed(bytes);
    for (auto e = codec_.next(); e.what != event::kind::none; e = codec_.next()) {
        if (!handle(e))
            return;
    }
}

// False when nothing more is to be read.
bool connection::handle(const event& e)
{
    if (phase_ == phase::dead || phase_ == phase::doomed)
        return false;
    const bool is_open = phase_ == phase::open;
    switch (e.what) {
    case event::kind::text:
    case event::kind::binary:
        ++group_.stats_.frames_in;
        if (is_open)
            owner_->on_message(e.payload, e.what == event::kind::text);
        return true;
    case event::kind::ping:
        if (is_open)
            send(frame::make(opcode::pong, {}, e.payload));
        return true;
    case event::kind::pong:
        return true;
    default: // close or failed: nothing follows
        break;
    }
    if (is_open) {
        begin_close(e.code);
        tell_owner(e.code);
    }
    return false;
}

void connection::close(std::uint16_t code)
{
    owner_ = nullptr;
    if (phase_ == phase::open)
        begin_close(code);
}

void connection::begin_close(std::uint16_t code)
{
    phase_ = phase::closing;
    keep_alive_ = shared_from_this();
    enqueue(close_frame(code));
    if (blocked_)
        group_.watch(*this, group_.options_.close_timeout);
}

void connection::abort() noexcept
{
    owner_ = nullptr;
    drop(true);
}

void connection::flush() noexcept
{
    if (phase_ == phase::doomed || !write_out())
        return lose();
    if (outbox_.empty())
        end_of_output();
}

// Writes until the queue is empty or the kernel is full; false when the connection is broken.
bool connection::write_out() noexcept
{
    bool has_moved = false;
    while (!outbox_.empty()) {
        std::array<iovec, frames_per_write> parts;
        const auto count = outbox_.gather(parts);
        const auto [what, bytes] = stream_->write(std::span(parts).first(count));
        if (what == http::stream::status::again) {
            if (!blocked_) {
                blocked_ = true;
                stream_->want_write(true);
            }
            break;
        }
        if (what != http::stream::status::done)
            return false;
        has_moved = true;
        group_.stats_.bytes_out += bytes;
        group_.stats_.frames_out += outbox_.consume(bytes);
    }
    if (blocked_ && !outbox_.empty())
        await_reader(has_moved);
    return true;
}

// A reader that stopped has a time to go on; each byte that it takes buys it the whole time again. A closing
// connection gets no second one.
void connection::await_reader(bool has_moved)
{
    const auto& o = group_.options_;
    if (!is_linked() || (has_moved && phase_ == phase::open))
        group_.watch(*this, phase_ == phase::open ? o.stall_timeout : o.close_timeout);
}

void connection::on_writable() noexcept
{
    if (!write_out())
        return lose();
    if (outbox_.empty())
        end_of_output();
}

void connection::end_of_output() noexcept
{
    if (blocked_) {
        blocked_ = false;
        stream_->want_write(false);
        if (is_linked())
            unlink();
    }
    if (phase_ != phase::closing)
        return;
    if (peer_ended_)
        return drop(false);
    // The server ends first (RFC 6455 section 7.1.1), but only its own direction: a close under bytes that
    // the peer still sends would turn into a reset and take the close frame with it.
    phase_ = phase::lingering;
    stream_->shutdown();
    group_.watch(*this, group_.options_.close_timeout);
}

void connection::tell_owner(std::uint16_t code) noexcept
{
    if (auto* owner = std::exchange(owner_, nullptr))
        owner->on_closed(code);
}

// The socket is of no use any more.
void connection::lose() noexcept
{
    const auto guard = shared_from_this();
    const bool is_unexpected = phase_ == phase::open || phase_ == phase::doomed;
    drop(is_unexpected);
    if (is_unexpected)
        tell_owner(close_code::abnormal);
}

void connection::overdue() noexcept
{
    if (phase_ == phase::open)
        ++group_.stats_.closed_slow;
    stream_->reset();
    lose();
}

void connection::drop(bool by_reset) noexcept
{
    if (phase_ == phase::dead)
        return;
    phase_ = phase::dead;
    if (by_reset)
        stream_->reset();
    stream_.reset();
    outbox_.clear();
    if (is_linked())
        unlink();
    // Not here: callers still stand on this object.
    if (keep_alive_)
        group_.loop_.post([kept = std::move(keep_alive_)] {});
}

} // namespace chatd::websocket
