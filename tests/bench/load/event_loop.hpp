#pragma once

#include "clock.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/epoll.h>
#include <vector>

namespace load {

/// Hears from the loop about its one file descriptor.
class event_handler {
  public:
    virtual void on_ready(std::uint32_t events) = 0;

  protected:
    ~event_handler() = default;
};

/// One epoll instance and the receive buffer that all connections share. Handlers must outlive the turn in
/// which they close their descriptor.
class event_loop {
  public:
    event_loop();
    ~event_loop();
    event_loop(const event_loop&) = delete;
    event_loop& operator=(const event_loop&) = delete;

    void add(int fd, std::uint32_t events, event_handler& handler);
    void change(int fd, std::uint32_t events, event_handler& handler);

    /// Waits at most `patience` for something to happen and serves it.
    void turn(nanoseconds patience);

    /// Turns until `done()` or the deadline; returns whether it was done.
    template <typename Predicate>
    bool run_until(time_point deadline, Predicate done)
    {
        while (!done()) {
            const auto left = deadline - now();
            if (left <= nanoseconds(0))
                return false;
            turn(left);
        }
        return true;
    }

    std::span<char> scratch() { return scratch_; }

  private:
    void control(int operation, int fd, std::uint32_t events, event_handler& handler);

    int epoll_;
    std::vector<epoll_event> ready_;
    std::vector<char> scratch_;
};

} // namespace load
