#pragma once

#include <chatd/async/loop.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <sys/epoll.h>

namespace chatd::http {

/// Readiness of very many sockets: a level-triggered epoll instance of its own that the loop waits for as a
/// whole. An idle socket costs no memory here and re-arming none of the system calls and allocations that a
/// wait operation per socket needs. I/O thread only.
class poller {
  public:
    /// Told what its descriptor is ready for. May add, change or remove any descriptor and destroy itself.
    class watcher {
      public:
        virtual void on_readable() noexcept = 0;
        virtual void on_writable() noexcept = 0;
        /// The connection is dead in both directions, and reading is not wanted (else on_readable() comes).
        virtual void on_hangup() noexcept = 0;

      protected:
        ~watcher() = default;
    };

    static constexpr std::uint32_t readable = EPOLLIN;
    static constexpr std::uint32_t writable = EPOLLOUT;

    /// The poller of a loop; made at first use, lives as long as the loop.
    [[nodiscard]] static poller& of(async::loop& l);

    explicit poller(boost::asio::io_context& io);
    ~poller();
    poller(const poller&) = delete;
    poller& operator=(const poller&) = delete;

    /// Watches `fd` from now on; false when the kernel refuses. `w` must stay valid until remove().
    [[nodiscard]] bool add(int fd, watcher& w, std::uint32_t interest) noexcept;
    void change(int fd, watcher& w, std::uint32_t interest) noexcept;
    /// After it `w` hears nothing more, not even of events that were already fetched.
    void remove(int fd, watcher& w) noexcept;
    /// Forgets everything. Called when the loop goes.
    void shutdown() noexcept;

  private:
    static constexpr std::size_t batch_size = 128;

    void arm();
    void turn() noexcept;

    boost::asio::posix::stream_descriptor descriptor_;
    std::size_t watched_ = 0;
    bool armed_ = false;
    std::size_t fetched_ = 0; // events of the current turn, of which remove() strikes out its own
    std::array<epoll_event, batch_size> events_{};
};

} // namespace chatd::http
