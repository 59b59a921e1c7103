#include "connection.hpp"

#include <algorithm>
#include <array>
#include <sys/uio.h>

namespace chatd::http {

namespace {

constexpr std::size_t max_parts = 64;
// Answers to pipelined requests leave together, but not later than this.
constexpr std::size_t max_corked_bytes = 64 << 10;

iovec part_of(std::string_view bytes) noexcept
{
    return {const_cast<char*>(bytes.data()), bytes.size()}; // writev does not change them
}

bool has_body(const request& r, const response& answer) noexcept
{
    return r.verb != method::head && answer.status >= 200 && answer.status != 204 && answer.status != 304;
}

} // namespace

void connection::answer(pending_exchange& e, response r)
{
    waiting_ = nullptr;
    if (stream_ == nullptr)
        return;
    if (context_.stopping)
        keep_alive_ = false;
    send(e, std::move(r));
    if (!in_turn_)
        resume();
}

void connection::answer_dropped(pending_exchange& e)
{
    if (stream_ != nullptr)
        answer(e, error_page(e.req(), 500));
    else
        waiting_ = nullptr;
}

void connection::send(const pending_exchange& e, response r)
{
    if (context_.options.finish)
        context_.options.finish(e.req(), r);
    served_ = true;
    const auto head = context_.write_head(r, keep_alive_, e.is_http10_);
    const auto body = has_body(e.req(), r) ? r.content() : std::string_view{};
    const bool more_to_come = in_turn_ && !unparsed_.empty();
    if (!output_.empty() || more_to_come) {
        queue(head, r, body, 0);
        if (output_bytes_ > max_corked_bytes)
            flush();
    } else {
        write_through(head, r, body);
    }
}

// The usual case: one gathered write takes the whole answer and nothing is copied.
void connection::write_through(std::string_view head, response& r, std::string_view body)
{
    const std::array parts{part_of(head), part_of(body)};
    const auto [what, bytes] = stream_->write(std::span(parts).first(body.empty() ? 1 : 2));
    if (what == stream::status::failed)
        return end();
    context_.stats.bytes_out += bytes;
    if (bytes == head.size() + body.size())
        return;
    queue(head, r, body, bytes);
    wait_writable();
}

// Keeps what is left of an answer after its first `sent` bytes.
void connection::queue(std::string_view head, response& r, std::string_view body, std::size_t sent)
{
    output_bytes_ += head.size() + body.size() - sent;
    if (sent < head.size())
        output_.push_back({std::string(head.substr(sent)), {}, 0});
    if (body.empty())
        return;
    const auto of_body = sent < head.size() ? 0 : sent - head.size();
    if (r.static_body.empty())
        output_.push_back({std::move(r.body), {}, of_body});
    else
        output_.push_back({{}, r.static_body, of_body});
}

void connection::on_writable() noexcept
{
    blocked_ = false;
    flush();
    if (output_.empty() && stream_ != nullptr) {
        stream_->want_write(false);
        resume();
    }
}

void connection::flush() noexcept
{
    while (stream_ != nullptr && !output_.empty() && !blocked_) {
        std::array<iovec, max_parts> parts{};
        const auto count = std::min(output_.size(), parts.size());
        for (std::size_t i = 0; i < count; ++i)
            parts[i] = part_of(output_[i].rest());
        const auto [what, bytes] = stream_->write(std::span(parts).first(count));
        if (what == stream::status::failed)
            return end();
        if (what == stream::status::again)
            return wait_writable();
        consume(bytes);
    }
}

void connection::consume(std::size_t n) noexcept
{
    context_.stats.bytes_out += n;
    output_bytes_ -= n;
    auto first = output_.begin();
    for (; first != output_.end(); ++first) {
        const auto rest = first->rest().size();
        if (n < rest) {
            first->sent += n;
            break;
        }
        n -= rest;
    }
    output_.erase(output_.begin(), first);
    if (output_.empty())
        std::vector<chunk>().swap(output_);
    // Progress: the peer reads, so it gets the whole time again.
    if (deadline_kind_ == deadline_kind::write)
        set_deadline(deadline_kind::write, context_.options.body_timeout);
}

void connection::wait_writable() noexcept
{
    blocked_ = true;
    stream_->want_write(true);
    update_deadline();
}

// A close with unread input would reset the connection under the answer; so only our half is closed until the
// peer has ended as well (RFC 9112 section 9.6).
void connection::begin_linger() noexcept
{
    lingering_ = true;
    std::string().swap(input_);
    stream_->shutdown();
}

} // namespace chatd::http
