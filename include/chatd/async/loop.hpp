#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <cassert>
#include <thread>
#include <utility>

namespace chatd::async {

/// The one I/O thread: an io_context and the knowledge of who runs it. Everything that is not said to be
/// callable from another thread must be called on it.
class loop {
  public:
    loop() : io_(1) {}
    loop(const loop&) = delete;
    loop& operator=(const loop&) = delete;

    /// Runs until stop() or until there is nothing left to do. The calling thread becomes the I/O thread.
    void run()
    {
        thread_.store(std::this_thread::get_id());
        io_.run();
    }
    void stop() { io_.stop(); }

    /// Runs `f` later on the I/O thread. Any thread.
    template <class F>
    void post(F&& f)
    {
        boost::asio::post(io_, std::forward<F>(f));
    }

    [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }
    [[nodiscard]] bool in_thread() const noexcept
    {
        const auto owner = thread_.load(std::memory_order_relaxed);
        return owner == std::thread::id{} || owner == std::this_thread::get_id();
    }

  private:
    boost::asio::io_context io_;
    std::atomic<std::thread::id> thread_{};
};

} // namespace chatd::async
