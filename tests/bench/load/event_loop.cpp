#include "event_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/prctl.h>
#include <system_error>
#include <unistd.h>

namespace load {

namespace {

constexpr std::size_t batch = 512;
constexpr std::size_t scratch_bytes = 512 * 1024;

} // namespace

event_loop::event_loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), ready_(batch), scratch_(scratch_bytes)
{
    if (epoll_ < 0)
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
    // The default slack of 50 µs would show in the latencies of paced loads.
    prctl(PR_SET_TIMERSLACK, 1);
}

event_loop::~event_loop()
{
    close(epoll_);
}

void event_loop::add(int fd, std::uint32_t events, event_handler& handler)
{
    control(EPOLL_CTL_ADD, fd, events, handler);
}

void event_loop::change(int fd, std::uint32_t events, event_handler& handler)
{
    control(EPOLL_CTL_MOD, fd, events, handler);
}

void event_loop::turn(nanoseconds patience)
{
    const auto wait = std::max(patience, nanoseconds(0));
    const timespec limit{.tv_sec = static_cast<time_t>(wait.count() / 1'000'000'000),
                         .tv_nsec = static_cast<long>(wait.count() % 1'000'000'000)};
    const int count = epoll_pwait2(epoll_, ready_.data(), static_cast<int>(ready_.size()), &limit, nullptr);
    if (count < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "epoll_pwait2");
    for (int i = 0; i < count; ++i) {
        const auto& event = ready_[static_cast<std::size_t>(i)];
        static_cast<event_handler*>(event.data.ptr)->on_ready(event.events);
    }
}

void event_loop::control(int operation, int fd, std::uint32_t events, event_handler& handler)
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = &handler;
    if (epoll_ctl(epoll_, operation, fd, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

} // namespace load
