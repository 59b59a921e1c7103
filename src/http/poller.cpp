#include <chatd/http/poller.hpp>

#include <boost/asio/execution_context.hpp>

#include <cerrno>
#include <system_error>

namespace chatd::http {

namespace {

// Ties the poller's life to the io_context's.
class poller_service : public boost::asio::execution_context::service {
  public:
    using key_type = poller_service;
    static boost::asio::execution_context::id id;

    explicit poller_service(boost::asio::io_context& io) : service(io), instance(io) {}
    poller instance;

  private:
    void shutdown() noexcept override { instance.shutdown(); }
};

boost::asio::execution_context::id poller_service::id;

int make_epoll()
{
    const int fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0)
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
    return fd;
}

} // namespace

poller& poller::of(async::loop& l)
{
    return boost::asio::use_service<poller_service>(l.io()).instance;
}

poller::poller(boost::asio::io_context& io) : descriptor_(io, make_epoll()) {}

poller::~poller() = default;

bool poller::add(int fd, watcher& w, std::uint32_t interest) noexcept
{
    epoll_event event{};
    event.events = interest;
    event.data.ptr = &w;
    if (!descriptor_.is_open() || ::epoll_ctl(descriptor_.native_handle(), EPOLL_CTL_ADD, fd, &event) != 0)
        return false;
    ++watched_;
    arm();
    return true;
}

void poller::change(int fd, watcher& w, std::uint32_t interest) noexcept
{
    epoll_event event{};
    event.events = interest;
    event.data.ptr = &w;
    if (descriptor_.is_open())
        ::epoll_ctl(descriptor_.native_handle(), EPOLL_CTL_MOD, fd, &event);
}

void poller::remove(int fd, watcher& w) noexcept
{
    if (!descriptor_.is_open())
        return;
    const bool was_known = ::epoll_ctl(descriptor_.native_handle(), EPOLL_CTL_DEL, fd, nullptr) == 0;
    for (std::size_t i = 0; i < fetched_; ++i) {
        if (events_[i].data.ptr == &w)
            events_[i].data.ptr = nullptr;
    }
    // Without sockets there is nothing to wait for, and the loop may end.
    if (was_known && --watched_ == 0) {
        boost::system::error_code ignored;
        descriptor_.cancel(ignored);
    }
}

void poller::shutdown() noexcept
{
    boost::system::error_code ignored;
    descriptor_.close(ignored);
}

void poller::arm()
{
    if (armed_)
        return;
    armed_ = true;
    descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [this](const boost::system::error_code& ec) {
                               armed_ = false;
                               if (!ec)
                                   turn();
                               if (watched_ > 0 && descriptor_.is_open())
                                   arm();
                           });
}

void poller::turn() noexcept
{
    const int n = ::epoll_wait(descriptor_.native_handle(), events_.data(), batch_size, 0);
    fetched_ = n > 0 ? static_cast<std::size_t>(n) : 0;
    for (std::size_t i = 0; i < fetched_; ++i) {
        const auto ready = events_[i].events;
        // Every callback may strike this event out, hence the pointer is read anew each time.
        const auto target = [&] { return static_cast<watcher*>(events_[i].data.ptr); };
        if ((ready & EPOLLOUT) != 0 && target() != nullptr)
            target()->on_writable();
        if (target() == nullptr)
            continue;
        if ((ready & EPOLLIN) != 0)
            target()->on_readable();
        else if ((ready & (EPOLLHUP | EPOLLERR)) != 0)
            target()->on_hangup();
    }
    fetched_ = 0;
}

} // namespace chatd::http
