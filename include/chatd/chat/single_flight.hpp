#pragma once

#include <chatd/async/gate.hpp>
#include <chatd/async/task.hpp>
#include <chatd/base/log.hpp>
#include <chatd/base/result.hpp>

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace chatd::chat {

/// Callers who want the same thing at once share one load and go on in the order in which they came: messages
/// sent one behind the other keep their order although the first one has to wait for a cache to fill. I/O
/// thread.
template <class T>
class single_flight {
  public:
    /// `work` counts the loads; it is closed after the last call.
    explicit single_flight(async::gate& work) : work_(work) {}

    async::task<result<T>> load(std::string key, async::task<result<T>> loading)
    {
        if (work_.closed())
            co_return co_await std::move(loading);
        auto& entry = flights_[key];
        auto here = entry;
        if (!here) {
            here = entry = std::make_shared<flight>();
            async::spawn(work_, "load", fly(std::move(key), here, std::move(loading)));
        }
        co_await landing{*here};
        co_return *here->outcome;
    }

  private:
    struct flight {
        std::optional<result<T>> outcome;
        std::vector<std::coroutine_handle<>> waiting;
    };
    struct landing {
        flight& f;
        [[nodiscard]] bool await_ready() const noexcept { return f.outcome.has_value(); }
        void await_suspend(std::coroutine_handle<> h) { f.waiting.push_back(h); }
        void await_resume() const noexcept {}
    };

    async::task<void> fly(std::string key, std::shared_ptr<flight> here, async::task<result<T>> loading)
    {
        try {
            here->outcome.emplace(co_await std::move(loading));
        } catch (const std::exception& e) {
            log::error("chat", "load failed", {{"what", e.what()}});
            here->outcome.emplace(errc::internal);
        }
        flights_.erase(key);
        for (const auto next : std::exchange(here->waiting, {}))
            next.resume();
    }

    async::gate& work_;
    std::unordered_map<std::string, std::shared_ptr<flight>> flights_;
};

} // namespace chatd::chat
