#pragma once

#include <chatd/async/gate.hpp>
#include <chatd/async/loop.hpp>
#include <chatd/async/thread_pool.hpp>
#include <chatd/async/timer_wheel.hpp>
#include <chatd/chat/account_service.hpp>
#include <chatd/chat/auth_service.hpp>
#include <chatd/chat/conversation_service.hpp>
#include <chatd/chat/event_bus.hpp>
#include <chatd/chat/message_service.hpp>
#include <chatd/chat/options.hpp>
#include <chatd/chat/ports.hpp>
#include <chatd/chat/presence_service.hpp>
#include <chatd/chat/rate_limiter.hpp>
#include <chatd/chat/read_service.hpp>
#include <chatd/chat/search_service.hpp>
#include <chatd/chat/typing_service.hpp>
#include <chatd/chat/user_service.hpp>

#include <functional>

namespace chatd::chat {

/// The core: every service of one process, in the order in which they lean on one another. Owned by app; what
/// it is given outlives it. I/O thread.
struct core {
    core(async::loop& loop, const clock& clock_source, async::thread_pool& hashing, async::timer_wheel& wheel,
         ports stores, options o);
    core(const core&) = delete;
    core& operator=(const core&) = delete;

    /// Stores what is still in memory (last seen), refuses new background work, then calls `done` on the I/O
    /// thread.
    void stop(std::function<void()> done);

    const options settings;
    const clock& time;
    event_bus events;
    async::gate background; ///< coroutines of the core's own that nobody awaits
    user_service users;
    auth_service auth;
    account_service accounts;
    presence_service online;
    conversation_service conversations;
    message_service messages;
    read_service reads;
    typing_service typing;
    search_service search;
    rate_limiter limits;

  private:
    /// Deletes what has run out, every hour.
    struct housekeeper final : async::timer_wheel::entry {
        explicit housekeeper(core& c) : owner(c) {}
        void expired() noexcept override;
        core& owner;
    };

    async::task<void> store_last_seen();

    async::loop& loop_;
    async::timer_wheel& wheel_;
    housekeeper housekeeper_{*this};
};

} // namespace chatd::chat
