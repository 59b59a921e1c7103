#pragma once

#include <chatd/async/loop.hpp>
#include <chatd/async/task.hpp>

#include <boost/asio/executor_work_guard.hpp>

#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace chatd::async {

/// Threads for work that would block the I/O thread (hashing, files). Work sees only its arguments; what it
/// returns comes back by post. The queue is bounded: submit() refuses above the bound.
class thread_pool {
  public:
    struct options {
        std::string name;
        std::size_t threads = 1;
        std::size_t max_queued = 200;
        /// Added to the threads' nice value (0..19): less urgent than the I/O thread.
        int nice = 0;
    };

    /// Something to run once on a pool thread; lives until run() returns.
    class job {
      public:
        virtual void run() noexcept = 0;

      protected:
        ~job() = default;
    };

    thread_pool(loop& l, options o);
    ~thread_pool();
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;

    /// False when the queue is full or the pool is stopping; then `j` is not run. Any thread.
    [[nodiscard]] bool submit(job& j);
    /// Finishes what is queued, joins the threads. Not from a pool thread.
    void stop();

    [[nodiscard]] loop& home() noexcept { return loop_; }
    [[nodiscard]] std::size_t queued() const;

  private:
    void work();

    loop& loop_;
    options options_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<job*> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

/// Awaits `f()` run on a pool thread; resumes on the I/O thread. Empty when the pool's queue is full. The
/// exception of `f` passes to the awaiter.
template <class F>
task<std::optional<std::invoke_result_t<F&>>> offload(thread_pool& pool, F f)
{
    using value_type = std::invoke_result_t<F&>;
    struct awaiter final : thread_pool::job {
        thread_pool& pool;
        F& function;
        std::optional<value_type> value{};
        std::exception_ptr failure{};
        std::coroutine_handle<> waiting{};
        /// Keeps the loop running until the result is back.
        boost::asio::executor_work_guard<boost::asio::io_context::executor_type> expected;

        awaiter(thread_pool& p, F& fn) : pool(p), function(fn), expected(p.home().io().get_executor()) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> h)
        {
            waiting = h;
            return pool.submit(*this);
        }
        std::optional<value_type> await_resume()
        {
            if (failure)
                std::rethrow_exception(failure);
            return std::move(value);
        }
        void run() noexcept override
        {
            try {
                value.emplace(function());
            } catch (...) {
                failure = std::current_exception();
            }
            pool.home().post([h = waiting] { h.resume(); });
        }
    };
    co_return co_await awaiter{pool, f};
}

} // namespace chatd::async
