#include <chatd/async/gate.hpp>
#include <chatd/base/log.hpp>

#include <coroutine>
#include <exception>
#include <utility>

namespace chatd::async {

/// A coroutine that owns itself: starts at once, its frame goes when it ends.
struct spawned {
    struct promise_type {
        spawned get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
    };

    static spawned run(gate& g, std::string_view name, task<void> work)
    {
        try {
            // Destroyed before the gate is left: what the work borrows may go as soon as the gate is empty.
            task<void> here = std::move(work);
            co_await std::move(here);
        } catch (const std::exception& e) {
            log::error(name, "task failed", {{"what", e.what()}});
        } catch (...) {
            log::error(name, "task failed", {{"what", "unknown exception"}});
        }
        g.leave();
    }
};

gate::~gate()
{
    if (inside_ != 0)
        log::error("async", "gate destroyed while tasks are inside", {{"tasks", inside_}});
}

void gate::close(std::function<void()> drained)
{
    closed_ = true;
    drained_ = std::move(drained);
    if (inside_ == 0 && drained_)
        std::exchange(drained_, nullptr)();
}

void gate::leave() noexcept
{
    --inside_;
    if (closed_ && inside_ == 0 && drained_)
        std::exchange(drained_, nullptr)();
}

void spawn(gate& g, std::string_view name, task<void> work)
{
    if (g.closed_)
        return;
    ++g.inside_;
    spawned::run(g, name, std::move(work));
}

} // namespace chatd::async
