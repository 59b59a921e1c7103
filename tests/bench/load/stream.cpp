#include "stream.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace load {

namespace {

sockaddr_in loopback(std::uint32_t last_byte, std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(0x7f000000u + last_byte);
    return address;
}

void set_option(int fd, int level, int name, int value)
{
    setsockopt(fd, level, name, &value, sizeof value);
}

bool would_block(int error)
{
    // A send before the connection is established says ENOTCONN or EAGAIN, depending on its state.
    return error == EAGAIN || error == EINTR || error == ENOTCONN;
}

} // namespace

stream::~stream()
{
    close();
}

void stream::open(const target& to, const socket_settings& settings)
{
    close();
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0)
        throw std::system_error(errno, std::generic_category(), "socket");
    set_option(fd_, IPPROTO_TCP, TCP_NODELAY, 1);
    if (settings.receive_buffer > 0)
        set_option(fd_, SOL_SOCKET, SO_RCVBUF, settings.receive_buffer);
    if (settings.source > 0) {
        set_option(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        const auto from = loopback(1 + settings.source, 0);
        if (bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0)
            throw std::system_error(errno, std::generic_category(), "bind");
    }
    const auto address = loopback(1, to.port);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS)
        throw std::system_error(errno, std::generic_category(), "connect");
    reading_ = true;
    waits_to_write_ = false;
    loop_.add(fd_, EPOLLIN, *this);
}

void stream::flush()
{
    if (fd_ < 0 || out_.empty())
        return;
    const auto sent = send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent < 0 && !would_block(errno)) {
        lose();
        return;
    }
    if (sent > 0)
        out_.erase(0, static_cast<std::size_t>(sent));
    if (out_.empty() != waits_to_write_)
        return;
    waits_to_write_ = !out_.empty();
    const std::uint32_t read_interest = reading_ ? EPOLLIN : 0u;
    loop_.change(fd_, waits_to_write_ ? read_interest | EPOLLOUT : read_interest, *this);
}

void stream::close()
{
    if (fd_ >= 0)
        ::close(fd_);
    fd_ = -1;
    ++generation_;
    out_.clear();
    partial_.clear();
}

void stream::reset()
{
    if (fd_ >= 0) {
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    close();
}

void stream::stop_reading()
{
    reading_ = false;
    loop_.change(fd_, 0, *this);
}

void stream::on_ready(std::uint32_t events)
{
    if (fd_ >= 0 && (events & EPOLLOUT) != 0)
        flush();
    if (fd_ < 0)
        return;
    if (!reading_ && (events & (EPOLLERR | EPOLLHUP)) != 0)
        lose();
    else if (reading_ && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0)
        receive();
}

void stream::receive()
{
    const auto buffer = loop_.scratch();
    const std::size_t held = partial_.size();
    if (held == buffer.size())
        throw std::runtime_error("a message is larger than the receive buffer");
    std::memcpy(buffer.data(), partial_.data(), held);
    const auto got = recv(fd_, buffer.data() + held, buffer.size() - held, 0);
    if (got < 0 && would_block(errno))
        return;
    if (got <= 0) {
        lose();
        return;
    }
    const std::string_view bytes(buffer.data(), held + static_cast<std::size_t>(got));
    const unsigned served = generation_;
    const std::size_t used = on_bytes(bytes);
    if (generation_ != served)
        return;
    partial_.assign(bytes.substr(used));
    flush();
}

void stream::lose()
{
    close();
    on_lost();
}

} // namespace load
