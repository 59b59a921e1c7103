#include "acceptor.hpp"

#include <chatd/base/log.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace chatd::http {

namespace {

constexpr int backlog = 4096;
constexpr std::size_t accepts_per_turn = 128;
constexpr std::chrono::milliseconds pause_time{200};
constexpr int keepalive_idle_seconds = 120;

void set_option(int fd, int level, int name, int value) noexcept
{
    ::setsockopt(fd, level, name, &value, sizeof value);
}

// IPv4 peers of a dual-stack socket appear in their plain form.
ip_address address_of(const sockaddr_storage& s) noexcept
{
    ip_address out;
    if (s.ss_family == AF_INET6) {
        std::memcpy(out.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(s).sin6_addr, out.bytes.size());
        return out;
    }
    out.bytes[10] = out.bytes[11] = 0xff;
    std::memcpy(out.bytes.data() + 12, &reinterpret_cast<const sockaddr_in&>(s).sin_addr, 4);
    return out;
}

std::uint16_t port_of(const sockaddr_storage& s) noexcept
{
    return ntohs(s.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(s).sin6_port
                                         : reinterpret_cast<const sockaddr_in&>(s).sin_port);
}

} // namespace

std::shared_ptr<void> address_counter::take(const std::string& address)
{
    auto& count = (*counts_)[address];
    if (count >= limit_)
        return nullptr;
    ++count;
    return {counts_.get(), [all = counts_, address](void*) {
                const auto at = all->find(address);
                if (--at->second == 0)
                    all->erase(at);
            }};
}

acceptor::acceptor(server_context& c, address_counter& per_address, listener_options o)
    : context_(c), per_address_(per_address), poller_(poller::of(c.loop)), options_(std::move(o))
{
}

acceptor::~acceptor()
{
    close();
}

result<void> acceptor::load_tls()
{
    if (options_.tls_certificate.empty())
        return {};
    auto loaded = tls_context::load(options_.tls_certificate, options_.tls_key);
    if (!loaded)
        return loaded.error();
    tls_ = std::move(*loaded);
    return {};
}

result<void> acceptor::listen()
{
    if (auto loaded = load_tls(); !loaded)
        return loaded;
    if (auto opened = open_socket(); !opened)
        return opened;
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size);
    port_ = port_of(bound);
    if (!poller_.add(fd_, *this, poller::readable))
        return failure("cannot watch");
    return {};
}

result<void> acceptor::open_socket()
{
    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const auto service = std::to_string(options_.port);
    if (const int rc = ::getaddrinfo(options_.host.c_str(), service.c_str(), &hints, &found); rc != 0)
        return error(errc::unavailable, "cannot resolve " + options_.host + ": " + ::gai_strerror(rc));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    fd_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0)
        return failure("cannot open a socket for");
    set_option(fd_, SOL_SOCKET, SO_REUSEADDR, 1);
    if (found->ai_family == AF_INET6)
        set_option(fd_, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    // Accepted sockets inherit these.
    set_option(fd_, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd_, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd_, IPPROTO_TCP, TCP_KEEPIDLE, keepalive_idle_seconds);
    if (::bind(fd_, found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd_, backlog) != 0)
        return failure("cannot listen on");
    return {};
}

error acceptor::failure(const char* what) const
{
    return {errc::unavailable, std::string(what) + ' ' + options_.host + ':' + std::to_string(options_.port) +
                                   ": " + std::strerror(errno)};
}

void acceptor::close() noexcept
{
    disarm();
    if (fd_ < 0)
        return;
    poller_.remove(fd_, *this);
    ::close(std::exchange(fd_, -1));
}

void acceptor::on_readable() noexcept
{
    for (std::size_t i = 0; i < accepts_per_turn && fd_ >= 0; ++i) {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        const int fd =
            ::accept4(fd_, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            admit(fd, address_of(from).to_string());
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            return pause(errno);
        // ECONNABORTED, EINTR and network errors concern the one connection that is gone.
    }
}

void acceptor::admit(int fd, const std::string& peer)
{
    std::shared_ptr<void> lease;
    if (per_address_.is_active() && !context_.trusted.contains(peer)) {
        lease = per_address_.take(peer);
        if (!lease) {
            ::close(fd);
            return;
        }
    }
    ssl_st* ssl = nullptr;
    if (tls_) {
        ssl = tls_->make();
        if (ssl == nullptr) {
            ::close(fd);
            return;
        }
    }
    context_.open(std::make_unique<stream>(poller_, fd, ssl, std::move(lease)), peer, port_);
}

// Out of descriptors or memory: the pending connections stay in the backlog until some have come free.
void acceptor::pause(int reason) noexcept
{
    log::warn("http", "accepting paused", {{"reason", std::strerror(reason)}, {"port", port_}});
    poller_.change(fd_, *this, 0);
    context_.wheel.arm(*this, pause_time);
}

void acceptor::expired() noexcept
{
    if (fd_ >= 0)
        poller_.change(fd_, *this, poller::readable);
}

} // namespace chatd::http
