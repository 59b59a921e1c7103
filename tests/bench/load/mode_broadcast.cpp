// Broadcasts to one room with every member connected: as fast as a number of messages in flight allows, or at
// a steady rate with one message at a time.

#include "crowd.hpp"
#include "modes.hpp"
#include "process.hpp"
#include "scan.hpp"
#include "users.hpp"

#include <algorithm>
#include <array>

namespace load {

namespace {

constexpr std::string_view room = "bench-room";
constexpr std::size_t window = 1024; ///< more messages than can be under way at once

/// One message of the room: what the first member got is what all others must get, at the same place.
struct delivery {
    std::uint64_t position = 0;
    std::size_t received = 0;
    std::string packet;
};

class member;

/// The room as seen from outside: who sent what, and who has received how much.
struct room_state {
    bool sending = true;
    std::size_t joined = 0;
    std::uint64_t sent = 0;
    std::uint64_t acked = 0;
    std::uint64_t completed = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t wrong = 0;
    std::uint64_t lost = 0;
    bool refill = true; ///< a sender whose message reached everyone sends the next
    histogram latency;  ///< from send to the last member
    std::array<delivery, window> recent;
    std::vector<std::unique_ptr<member>> members;
};

class member : public socket_client {
  public:
    member(event_loop& loop, target to, std::string token, std::size_t index, room_state& state)
        : socket_client(loop, to, std::move(token)), index_(index), state_(state)
    {
    }

    void send_next(time_point at)
    {
        sent_at_ = at;
        ++state_.sent;
        const auto number = std::to_string(++sent_);
        send_packet("2" + number + R"(["send_message",{"conversationId":")" + std::string(room) +
                    R"(","content":"#)" + std::to_string(index_) + ":" + number +
                    R"(: Are you coming to dinner tonight?"}])");
    }

  private:
    void on_connected() override
    {
        send_packet(R"(20["join_room",{"conversationId":")" + std::string(room) + R"("}])");
    }

    void on_packet(std::string_view packet) override
    {
        if (packet.starts_with(R"(2["message_received",)"))
            take_delivery(packet);
        else if (packet.starts_with("30["))
            ++state_.joined;
        else if (packet.starts_with("3"))
            take_ack(packet);
    }

    void take_delivery(std::string_view packet)
    {
        auto& slot = state_.recent[received_ % window];
        if (slot.position != received_ + 1) {
            slot.position = received_ + 1;
            slot.received = 0;
            slot.packet = packet;
            check_first(packet);
        } else if (slot.packet != packet) {
            ++state_.wrong;
        }
        ++received_;
        ++state_.deliveries;
        if (++slot.received == state_.members.size())
            complete(slot);
    }

    /// The sender and his running number must be in the content, in the order in which he sent.
    void check_first(std::string_view packet)
    {
        const auto content = text_after(packet, R"("content":"#)");
        const auto sender = content ? leading_number(*content) : std::nullopt;
        if (!sender || static_cast<std::size_t>(*sender) >= state_.members.size()) {
            ++state_.wrong;
            return;
        }
        auto& author = *state_.members[static_cast<std::size_t>(*sender)];
        const auto number = leading_number(content->substr(content->find(':') + 1));
        state_.wrong += number == ++author.seen_ ? 0 : 1;
    }

    void complete(const delivery& slot)
    {
        const auto content = text_after(slot.packet, R"("content":"#)");
        const auto sender = content ? leading_number(*content) : std::nullopt;
        if (sender)
            state_.members[static_cast<std::size_t>(*sender)]->on_complete();
    }

    void on_complete()
    {
        const auto at = now();
        ++state_.completed;
        state_.latency.record(at - sent_at_);
        if (!state_.sending || !state_.refill)
            return;
        send_next(at);
        flush();
    }

    void take_ack(std::string_view packet)
    {
        ++state_.acked;
        state_.wrong += leading_number(packet.substr(1)) == ++acked_ ? 0 : 1;
    }

    void on_end() override { ++state_.lost; }

    std::size_t index_;
    room_state& state_;
    std::int64_t sent_ = 0, seen_ = 0, acked_ = 0;
    std::uint64_t received_ = 0;
    time_point sent_at_{};
};

/// Sends one message every `interval`, at the planned time.
void send_steadily(context& run, room_state& state, nanoseconds interval, nanoseconds span)
{
    auto due = now();
    const auto end = due + span;
    for (std::size_t turn = 0; due < end; due += interval, ++turn) {
        run.loop.run_until(due, [] { return false; });
        auto& author = *state.members[turn % state.members.size()];
        author.send_next(due);
        author.flush();
    }
    run.loop.run_until(end, [] { return false; });
}

void fill_room(context& run, room_state& state, std::size_t sockets)
{
    for (const auto& token : tokens_for("", sockets))
        state.members.push_back(
            std::make_unique<member>(run.loop, run.to, token, state.members.size(), state));
    connect_clients(run.loop, state.members, 100);
    if (!run.loop.run_until(now() + std::chrono::seconds(20), [&] { return state.joined == sockets; }))
        throw std::runtime_error("not all sockets joined the room");
}

void add_verdict(report& out, const room_state& state)
{
    const auto expected = state.sent * state.members.size();
    out.add("delivery_ratio", static_cast<double>(state.deliveries) / static_cast<double>(expected));
    if (state.deliveries != expected || state.acked != state.sent || state.lost > 0)
        out.fail("deliveries, acks or connections were lost");
    if (state.wrong > 0)
        out.fail("wrong or misplaced deliveries");
}

} // namespace

report run_broadcast(context& run)
{
    const auto sockets = static_cast<std::size_t>(run.given.number("sockets", 1000));
    const auto in_flight = static_cast<std::size_t>(run.given.number("in-flight", 16));
    const auto rate = run.given.real("rate", 0);
    const auto warmup = run.given.real("warmup", 2);
    const auto seconds = run.given.real("seconds", 5);
    run.given.expect_all_used();

    room_state state;
    fill_room(run, state, sockets);
    const auto interval = from_seconds(rate > 0 ? static_cast<double>(sockets) / rate : 0);
    state.refill = rate == 0;
    const auto drive = [&](double span) {
        if (rate > 0)
            send_steadily(run, state, interval, from_seconds(span));
        else
            idle_for(run.loop, from_seconds(span));
    };
    for (std::size_t i = 0; state.refill && i < std::min(in_flight, sockets); ++i) {
        state.members[i]->send_next(now());
        state.members[i]->flush();
    }
    drive(warmup);

    measurement measured(run.server);
    state.latency.clear();
    const auto before = state.deliveries;
    measured.start();
    drive(seconds);
    measured.stop();
    const auto deliveries = state.deliveries - before;
    const auto latency = state.latency;

    state.sending = false;
    run.loop.run_until(now() + std::chrono::seconds(20),
                       [&] { return state.deliveries == state.sent * sockets && state.acked == state.sent; });
    report out("broadcast");
    out.add("sockets", sockets);
    measured.add_to(out, "deliveries", deliveries);
    out.add_latency("complete", latency);
    add_verdict(out, state);
    return out;
}

} // namespace load
