// Stored messages: as many as conversations of two can bring through, and the latency at a given rate.

#include "chat_user.hpp"
#include "crowd.hpp"
#include "modes.hpp"
#include "process.hpp"

namespace load {

report run_chat(context& run)
{
    const auto users = run.given.text("users", "");
    const auto pairs = static_cast<std::size_t>(run.given.number("pairs", 100));
    const auto outstanding = static_cast<std::size_t>(run.given.number("outstanding", 1));
    const auto total = static_cast<std::uint64_t>(run.given.number("total", 0));
    const auto warmup = run.given.real("warmup", 2);
    const auto seconds = run.given.real("seconds", 5);
    run.given.expect_all_used();

    chat_pairs chat(run.loop, run.to, read_users(users), pairs);
    chat.tally.window = outstanding;
    if (total > 0)
        chat.tally.limit = total;
    for (auto& one : chat.users) {
        one->fill_window();
        one->flush();
    }
    if (total == 0)
        idle_for(run.loop, from_seconds(warmup));

    measurement measured(run.server);
    chat.tally.latency.clear();
    const auto before = chat.tally.delivered;
    measured.start();
    if (total == 0)
        idle_for(run.loop, from_seconds(seconds));
    else
        run.loop.run_until(now() + std::chrono::minutes(20), [&] {
            return (chat.tally.sent == total && chat.tally.complete()) ||
                   chat.tally.wrong + chat.tally.lost > 0;
        });
    measured.stop();
    const auto messages = (chat.tally.delivered - before) / 2;
    const auto latency = chat.tally.latency;
    chat.drain(run.loop);

    report out("chat");
    measured.add_to(out, "messages", messages);
    out.add_latency("message", latency);
    add_chat_verdict(out, chat.tally);
    return out;
}

report run_latency(context& run)
{
    const auto users = run.given.text("users", "");
    const auto pairs = static_cast<std::size_t>(run.given.number("pairs", 100));
    const auto rate = run.given.real("rate", 200);
    const auto warmup = run.given.real("warmup", 2);
    const auto seconds = run.given.real("seconds", 10);
    run.given.expect_all_used();

    chat_pairs chat(run.loop, run.to, read_users(users), pairs);
    chat.send_steadily(run.loop, rate, from_seconds(warmup));

    measurement measured(run.server);
    chat.tally.latency.clear();
    const auto before = chat.tally.sent;
    measured.start();
    chat.send_steadily(run.loop, rate, from_seconds(seconds));
    measured.stop();
    const auto messages = chat.tally.sent - before;
    chat.drain(run.loop);

    report out("latency");
    measured.add_to(out, "messages", messages);
    out.add_latency("message", chat.tally.latency);
    add_chat_verdict(out, chat.tally);
    return out;
}

} // namespace load
