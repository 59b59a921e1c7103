#include <chatd/async/sleep.hpp>

#include <boost/asio/steady_timer.hpp>

#include <coroutine>

namespace chatd::async {
namespace {

struct sleeper {
    boost::asio::steady_timer timer;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> h)
    {
        timer.async_wait([h](const boost::system::error_code&) { h.resume(); });
    }
    void await_resume() const noexcept {}
};

} // namespace

task<void> sleep(loop& l, std::chrono::milliseconds d)
{
    co_await sleeper{boost::asio::steady_timer(l.io(), d)};
}

} // namespace chatd::async
