#include <chatd/http/stream.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chatd::http {

namespace {

// One TLS record; OpenSSL cuts there anyway.
constexpr std::size_t max_record = 16 << 10;

} // namespace

stream::stream(poller& p, int fd, ssl_st* ssl, std::shared_ptr<void> lease)
    : poller_(p), ssl_(ssl), lease_(std::move(lease)), fd_(fd)
{
    if (ssl_ != nullptr) {
        SSL_set_fd(ssl_, fd_);
        SSL_set_accept_state(ssl_);
    }
    // A refused registration shows as a connection that never becomes ready and runs into its time-out.
    (void)poller_.add(fd_, *this, interest());
}

stream::~stream()
{
    poller_.remove(fd_, *this);
    if (ssl_ != nullptr) {
        if (!is_reset_)
            notify_close();
        SSL_free(ssl_);
    }
    ::close(fd_);
}

stream::outcome stream::read(std::span<char> into) noexcept
{
    if (ssl_ != nullptr)
        return read_tls(into);
    for (;;) {
        const auto n = ::recv(fd_, into.data(), into.size(), MSG_DONTWAIT);
        if (n > 0)
            return {status::done, static_cast<std::size_t>(n)};
        if (n == 0)
            return {status::end, 0};
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {status::again, 0};
        if (errno != EINTR)
            return {status::failed, 0};
    }
}

stream::outcome stream::write(std::span<const iovec> parts) noexcept
{
    if (ssl_ != nullptr)
        return write_tls(parts);
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data()); // sendmsg does not change them
    message.msg_iovlen = parts.size();
    for (;;) {
        const auto n = ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0)
            return {status::done, static_cast<std::size_t>(n)};
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {status::again, 0};
        if (errno != EINTR)
            return {status::failed, 0};
    }
}

bool stream::has_buffered() const noexcept
{
    return ssl_ != nullptr && SSL_pending(ssl_) > 0;
}

stream::outcome stream::read_tls(std::span<char> into) noexcept
{
    ERR_clear_error();
    std::size_t got = 0;
    // Record by record until the buffer is full: one turn then takes what one recv of plain text would.
    while (got < into.size()) {
        std::size_t n = 0;
        const int result = SSL_read_ex(ssl_, into.data() + got, into.size() - got, &n);
        if (result <= 0) {
            const auto why = failure_of(result, poller::readable, read_needs_);
            return got > 0 ? outcome{status::done, got} : why;
        }
        got += n;
    }
    return {status::done, got};
}

stream::outcome stream::write_tls(std::span<const iovec> parts) noexcept
{
    // Small parts share a record: a record each would cost 29 bytes and a system call each.
    std::array<char, max_record> record;
    std::size_t size = 0;
    for (const auto& part : parts) {
        const auto n = std::min(part.iov_len, record.size() - size);
        std::memcpy(record.data() + size, part.iov_base, n);
        size += n;
        if (size == record.size())
            break;
    }
    ERR_clear_error();
    std::size_t written = 0;
    const int result = SSL_write_ex(ssl_, record.data(), size, &written);
    if (result > 0)
        return {status::done, written};
    return failure_of(result, poller::writable, write_needs_);
}

stream::outcome stream::failure_of(int result, std::uint32_t own, std::uint8_t& needs) noexcept
{
    const auto before = interest();
    needs = 0;
    switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
        if (own != poller::readable)
            needs = poller::readable;
        break;
    case SSL_ERROR_WANT_WRITE:
        if (own != poller::writable)
            needs = poller::writable;
        break;
    case SSL_ERROR_ZERO_RETURN:
        return {status::end, 0};
    default:
        return {status::failed, 0};
    }
    apply(before);
    return {status::again, 0};
}

void stream::shutdown() noexcept
{
    if (ssl_ != nullptr)
        notify_close();
    ::shutdown(fd_, SHUT_WR);
}

// Without it the peer must take the end for a truncation (RFC 8446 section 6.1).
void stream::notify_close() noexcept
{
    if (SSL_is_init_finished(ssl_) == 0 || (SSL_get_shutdown(ssl_) & SSL_SENT_SHUTDOWN) != 0)
        return;
    ERR_clear_error();
    SSL_shutdown(ssl_);
}

void stream::reset() noexcept
{
    is_reset_ = true;
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void stream::bound_send_buffer(int bytes) noexcept
{
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

void stream::on_readable() noexcept
{
    if ((write_needs_ & poller::readable) != 0) {
        const auto before = interest();
        write_needs_ = 0;
        apply(before);
        watcher_->on_writable();
        return;
    }
    watcher_->on_readable();
}

void stream::on_writable() noexcept
{
    if ((read_needs_ & poller::writable) != 0) {
        const auto before = interest();
        read_needs_ = 0;
        apply(before);
        watcher_->on_readable();
        return;
    }
    watcher_->on_writable();
}

void stream::on_hangup() noexcept
{
    watcher_->on_hangup();
}

void stream::want(std::uint32_t what, bool on) noexcept
{
    const auto before = interest();
    wanted_ = static_cast<std::uint8_t>(on ? wanted_ | what : wanted_ & ~what);
    apply(before);
}

void stream::apply(std::uint32_t before) noexcept
{
    if (interest() != before)
        poller_.change(fd_, *this, interest());
}

std::uint32_t stream::interest() const noexcept
{
    return static_cast<std::uint32_t>(wanted_ | read_needs_ | write_needs_);
}

} // namespace chatd::http
