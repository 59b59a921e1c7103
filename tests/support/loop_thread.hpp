#pragma once

#include <chatd/async/loop.hpp>

#include <boost/asio/executor_work_guard.hpp>

#include <future>
#include <thread>
#include <type_traits>
#include <utility>

namespace chatd::testing {

/// A loop on a thread of its own, for tests that talk to it through sockets.
class loop_thread {
  public:
    loop_thread() : work_(loop.io().get_executor()), thread_([this] { loop.run(); }) {}
    ~loop_thread() { stop(); }
    loop_thread(const loop_thread&) = delete;
    loop_thread& operator=(const loop_thread&) = delete;

    /// Runs `f` on the loop and waits for what it returns.
    template <class F>
    auto call(F f)
    {
        std::packaged_task<std::invoke_result_t<F>()> task(std::move(f));
        auto result = task.get_future();
        loop.post([task = std::move(task)]() mutable { task(); });
        return result.get();
    }
    void stop()
    {
        if (!thread_.joinable())
            return;
        work_.reset();
        loop.stop();
        thread_.join();
    }

    async::loop loop;

  private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

} // namespace chatd::testing
