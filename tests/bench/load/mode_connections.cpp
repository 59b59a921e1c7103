// Connections themselves: what an idle one costs, how fast they come, how fast a dropped crowd is back, and
// what waves of them leave behind.

#include "crowd.hpp"
#include "modes.hpp"
#include "process.hpp"
#include "users.hpp"

#include <algorithm>
#include <signal.h>

namespace load {

namespace {

using crowd = std::vector<std::unique_ptr<socket_client>>;

crowd make_crowd(context& run, const std::string& users, std::size_t sockets)
{
    const auto tokens = tokens_for(users, sockets);
    crowd clients;
    for (std::size_t i = 0; i < sockets; ++i)
        clients.push_back(std::make_unique<socket_client>(run.loop, run.to, tokens[i % tokens.size()]));
    return clients;
}

/// A garbage-collected server that was told so by `--collect 1` collects at SIGUSR2; then only what it holds
/// counts.
memory_use settled_memory(context& run, bool collects)
{
    if (collects) {
        kill(run.server, SIGUSR2);
        idle_for(run.loop, std::chrono::seconds(2));
    }
    return memory_of(run.server);
}

std::size_t count_lost(const crowd& clients)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(clients, [](const auto& client) { return !client->is_ready(); }));
}

/// Connects, leaves and begins anew with the next token, as long as the run lasts.
class visitor : public socket_client {
  public:
    struct visits {
        bool open = true;
        std::vector<std::string> tokens;
        std::size_t next = 0;
        std::uint64_t done = 0;
        std::uint64_t lost = 0;
        histogram latency;
    };

    visitor(event_loop& loop, target to, visits& all) : socket_client(loop, to, {}), all_(all) {}

    void come()
    {
        use_token(all_.tokens[all_.next % all_.tokens.size()]);
        started_ = now();
        start({.source = static_cast<unsigned>(all_.next++) % source_addresses});
    }

  private:
    void on_connected() override
    {
        all_.latency.record(now() - started_);
        ++all_.done;
        leave();
        if (all_.open)
            come();
    }

    void on_end() override { ++all_.lost; }

    visits& all_;
    time_point started_{};
};

} // namespace

report run_idle(context& run)
{
    const auto sockets = static_cast<std::size_t>(run.given.number("sockets", 10'000));
    const auto users = run.given.text("users", "");
    const auto settle = run.given.real("settle", 28);
    const bool collects = run.given.number("collect", 0) != 0;
    run.given.expect_all_used();

    // A first hundred brings up what the server makes once: code, pools, caches.
    auto first = make_crowd(run, users, 100);
    connect_clients(run.loop, first, 50);
    for (auto& client : first)
        client->leave();
    idle_for(run.loop, from_seconds(std::min(settle, 8.0)));
    const auto before = settled_memory(run, collects);

    auto clients = make_crowd(run, users, sockets);
    connect_clients(run.loop, clients, 200);
    idle_for(run.loop, from_seconds(settle));
    const auto after = settled_memory(run, collects);

    report out("idle");
    out.add("sockets", sockets);
    out.add("before_kib", before.anonymous);
    out.add("after_kib", after.anonymous);
    out.add("kib_per_socket",
            static_cast<double>(after.anonymous - before.anonymous) / static_cast<double>(sockets));
    if (count_lost(clients) > 0)
        out.fail("connections were lost");
    return out;
}

report run_handshakes(context& run)
{
    const auto users = run.given.text("users", "");
    const auto at_once = static_cast<std::size_t>(run.given.number("at-once", 64));
    const auto warmup = run.given.real("warmup", 2);
    const auto seconds = run.given.real("seconds", 5);
    run.given.expect_all_used();

    visitor::visits all;
    all.tokens = tokens_for(users, 50);
    std::vector<std::unique_ptr<visitor>> visitors;
    for (std::size_t i = 0; i < at_once; ++i) {
        visitors.push_back(std::make_unique<visitor>(run.loop, run.to, all));
        visitors.back()->come();
    }
    idle_for(run.loop, from_seconds(warmup));

    measurement measured(run.server);
    all.latency.clear();
    const auto before = all.done;
    measured.start();
    idle_for(run.loop, from_seconds(seconds));
    measured.stop();
    const auto done = all.done - before;
    const auto latency = all.latency;

    all.open = false;
    run.loop.run_until(now() + std::chrono::seconds(20), [&] { return all.done + all.lost >= all.next; });
    report out("handshakes");
    measured.add_to(out, "handshakes", done);
    out.add("delivery_ratio", static_cast<double>(all.done) / static_cast<double>(all.next));
    out.add_latency("handshake", latency);
    if (all.done != all.next)
        out.fail("handshakes failed");
    return out;
}

report run_reconnect(context& run)
{
    const auto sockets = static_cast<std::size_t>(run.given.number("sockets", 5000));
    const auto users = run.given.text("users", "");
    const auto at_once = static_cast<std::size_t>(run.given.number("at-once", 200));
    const auto settle = run.given.real("settle", 3);
    run.given.expect_all_used();

    auto clients = make_crowd(run, users, sockets);
    for (auto& client : clients)
        client->track_offsets();
    connect_clients(run.loop, clients, at_once);
    idle_for(run.loop, from_seconds(settle));
    const auto lost = count_lost(clients);

    measurement measured(run.server);
    measured.start();
    for (auto& client : clients)
        client->drop();
    connect_clients(run.loop, clients, at_once);
    measured.stop();

    report out("reconnect");
    measured.add_to(out, "sockets", sockets);
    out.add("recovered",
            std::ranges::count_if(clients, [](const auto& one) { return one->was_recovered(); }));
    if (lost > 0)
        out.fail("connections were lost before the drop");
    return out;
}

report run_waves(context& run)
{
    const auto sockets = static_cast<std::size_t>(run.given.number("sockets", 15'000));
    const auto waves = run.given.number("waves", 10);
    const auto users = run.given.text("users", "");
    const auto settle = run.given.real("settle", 15);
    run.given.expect_all_used();

    auto clients = make_crowd(run, users, sockets);
    std::int64_t first = 0;
    std::int64_t peak = 0;
    std::size_t lost = 0;
    for (std::int64_t wave = 0; wave < waves; ++wave) {
        connect_clients(run.loop, clients, 200);
        idle_for(run.loop, std::chrono::seconds(1));
        peak = std::max(peak, memory_of(run.server).anonymous);
        lost += count_lost(clients);
        for (std::size_t i = 0; i < clients.size(); ++i)
            i % 2 == 0 ? clients[i]->leave() : clients[i]->drop();
        const bool settles = wave == 0 || wave + 1 == waves;
        idle_for(run.loop, settles ? from_seconds(settle) : std::chrono::seconds(1));
        if (wave == 0)
            first = memory_of(run.server).anonymous;
    }
    const auto last = memory_of(run.server).anonymous;

    report out("waves");
    out.add("sockets", sockets);
    out.add("waves", waves);
    out.add("peak_kib", peak);
    out.add("first_kib", first);
    out.add("last_kib", last);
    out.add("growth", static_cast<double>(last) / static_cast<double>(first));
    if (lost > 0)
        out.fail("connections were lost");
    return out;
}

} // namespace load
