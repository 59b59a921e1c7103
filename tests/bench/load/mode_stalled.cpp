// Sockets that stop reading: rooms with traffic, first alone, then with further sockets of one member of each
// that connect and never read again.

#include "chat_user.hpp"
#include "crowd.hpp"
#include "modes.hpp"
#include "process.hpp"

#include <algorithm>

namespace load {

namespace {

constexpr int small_receive_buffer = 4096;

/// Stops reading as soon as it is connected.
class sleeper : public socket_client {
  public:
    using socket_client::socket_client;

    bool was_there() const { return was_there_; }

  private:
    void on_connected() override
    {
        was_there_ = true;
        stop_reading();
    }

    bool was_there_ = false;
};

std::vector<std::unique_ptr<sleeper>> make_sleepers(context& run, const std::vector<user>& accounts,
                                                    std::size_t rooms, std::size_t count)
{
    std::vector<std::unique_ptr<sleeper>> sleepers;
    for (std::size_t i = 0; i < count; ++i)
        sleepers.push_back(std::make_unique<sleeper>(run.loop, run.to, accounts.at(i % rooms * 2 + 1).token));
    connect_all(
        run.loop, count, 50,
        [&](std::size_t i) { sleepers[i]->start({.receive_buffer = small_receive_buffer}); },
        [&](std::size_t i) {
            if (!sleepers[i]->was_there() && sleepers[i]->where() == socket_client::state::lost)
                throw std::runtime_error("a connection was lost: " + sleepers[i]->failure());
            return sleepers[i]->was_there();
        });
    return sleepers;
}

/// Chats on and returns the highest memory seen meanwhile.
std::int64_t chat_and_watch(context& run, chat_pairs& chat, double rate, double seconds)
{
    std::int64_t peak = 0;
    for (double done = 0; done < seconds; done += 0.5) {
        chat.send_steadily(run.loop, rate, from_seconds(0.5));
        peak = std::max(peak, memory_of(run.server).anonymous);
    }
    return peak;
}

} // namespace

report run_stalled(context& run)
{
    const auto accounts = read_users(run.given.text("users", ""));
    const auto rooms = static_cast<std::size_t>(run.given.number("rooms", 10));
    const auto stalled = static_cast<std::size_t>(run.given.number("stalled", 1000));
    const auto rate = run.given.real("rate", 100) * static_cast<double>(rooms);
    const auto length = static_cast<std::size_t>(run.given.number("length", 800));
    const auto warmup = run.given.real("warmup", 2);
    const auto seconds = run.given.real("seconds", 20);
    run.given.expect_all_used();

    chat_pairs chat(run.loop, run.to, accounts, rooms);
    for (auto& one : chat.users)
        one->set_length(length);
    chat.send_steadily(run.loop, rate, from_seconds(warmup));
    chat.tally.latency.clear();
    const auto before = chat_and_watch(run, chat, rate, seconds);
    const auto alone = chat.tally.latency;

    const auto sleepers = make_sleepers(run, accounts, rooms, stalled);
    chat.tally.latency.clear();
    measurement measured(run.server);
    const auto messages = chat.tally.sent;
    measured.start();
    const auto peak = chat_and_watch(run, chat, rate, seconds);
    measured.stop();
    const auto latency = chat.tally.latency;
    const auto sent = chat.tally.sent - messages;
    chat.drain(run.loop);

    report out("stalled");
    out.add("stalled", stalled);
    measured.add_to(out, "messages", sent);
    out.add("before_kib", before);
    out.add("peak_kib", peak);
    out.add("after_kib", memory_of(run.server).anonymous);
    out.add("closed_by_server", std::ranges::count_if(sleepers, [](const auto& one) {
                return one->where() == socket_client::state::lost;
            }));
    out.add_latency("alone", alone);
    out.add_latency("message", latency);
    add_chat_verdict(out, chat.tally);
    return out;
}

} // namespace load
