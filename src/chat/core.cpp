#include <chatd/chat/core.hpp>

#include <utility>

namespace chatd::chat {

namespace {

constexpr std::chrono::minutes first_round{1};
constexpr std::chrono::hours next_round{1};

} // namespace

core::core(async::loop& loop, const clock& clock_source, async::thread_pool& hashing,
           async::timer_wheel& wheel, ports stores, options o)
    : settings(std::move(o)), time(clock_source), users(stores.users, events, background, settings),
      auth(users, stores.users, stores.sessions, events, time, settings),
      accounts(auth, users, stores.users, hashing, time, settings),
      online(stores, users, events, wheel, background, time, settings),
      conversations(stores.conversations, events, background, time, settings),
      messages(stores.messages, conversations, users, events, time, settings),
      reads(stores.reads, stores.messages, conversations, events, time),
      typing(conversations, events, wheel, time, settings), search(stores.search, conversations),
      limits(time, settings.limited_keys), loop_(loop), wheel_(wheel)
{
    wheel_.arm(housekeeper_, first_round);
}

void core::housekeeper::expired() noexcept
{
    async::spawn(owner.background, "purge", owner.auth.purge());
    owner.wheel_.arm(*this, next_round);
}

void core::stop(std::function<void()> done)
{
    async::spawn(background, "core.stop", store_last_seen());
    background.close([this, done = std::move(done)] { loop_.post(done); });
}

async::task<void> core::store_last_seen()
{
    return online.flush(true);
}

} // namespace chatd::chat
