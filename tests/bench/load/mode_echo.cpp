// Events with ack: every socket keeps a fixed number of echo requests under way.

#include "crowd.hpp"
#include "modes.hpp"
#include "process.hpp"
#include "users.hpp"

#include <array>
#include <cstring>

namespace load {

namespace {

constexpr std::string_view text = R"(,"text":"Are you coming to dinner tonight?"}])";
constexpr std::size_t digits = 6;
constexpr std::uint32_t first_id = 100'000;
constexpr std::uint32_t ids = 900'000;
constexpr std::size_t max_outstanding = 64;

/// What all sockets of the run add up to.
struct echo_tally {
    bool sending = true;
    std::uint64_t sent = 0;
    std::uint64_t acks = 0;
    std::uint64_t wrong = 0;
    std::uint64_t lost = 0;
    histogram latency;
};

void put_id(char* at, std::uint32_t id)
{
    for (std::size_t i = digits; i-- > 0; id /= 10)
        at[i] = static_cast<char>('0' + id % 10);
}

/// Ids have six digits throughout, so requests and answers are patched copies of one text.
class echo_client : public socket_client {
  public:
    echo_client(event_loop& loop, target to, std::string token, echo_tally& tally)
        : socket_client(loop, to, std::move(token)), tally_(tally)
    {
        const std::string id(digits, '0');
        append_frame(request_, "42" + id + R"(["echo",{"n":)" + id + std::string(text));
        request_id_ = request_.find(id);
        request_n_ = request_.find(id, request_id_ + digits);
        answer_ = "3" + id + R"([{"n":)" + id + std::string(text);
    }

    void send_next()
    {
        const std::uint32_t id = first_id + next_send_ % ids;
        put_id(request_.data() + request_id_, id);
        put_id(request_.data() + request_n_, id);
        write(request_);
        sent_at_[next_send_++ % max_outstanding] = now();
        ++tally_.sent;
    }

  private:
    void on_packet(std::string_view packet) override
    {
        constexpr std::size_t answer_id = 1;
        constexpr std::size_t answer_n = 1 + digits + 6;
        const std::uint32_t id = first_id + next_ack_ % ids;
        put_id(answer_.data() + answer_id, id);
        put_id(answer_.data() + answer_n, id);
        tally_.wrong += packet == answer_ ? 0 : 1;
        tally_.latency.record(now() - sent_at_[next_ack_++ % max_outstanding]);
        ++tally_.acks;
        if (tally_.sending)
            send_next();
    }

    void on_end() override { ++tally_.lost; }

    echo_tally& tally_;
    std::string request_, answer_;
    std::size_t request_id_ = 0, request_n_ = 0;
    std::uint32_t next_send_ = 0, next_ack_ = 0;
    std::array<time_point, max_outstanding> sent_at_{};
};

} // namespace

report run_echo(context& run)
{
    const auto sockets = static_cast<std::size_t>(run.given.number("sockets", 200));
    const auto outstanding = static_cast<std::size_t>(run.given.number("outstanding", 8));
    const auto warmup = run.given.real("warmup", 2);
    const auto seconds = run.given.real("seconds", 5);
    run.given.expect_all_used();
    if (outstanding > max_outstanding)
        throw std::runtime_error("at most 64 requests outstanding");

    echo_tally tally;
    std::vector<std::unique_ptr<echo_client>> clients;
    for (const auto& token : tokens_for("", sockets))
        clients.push_back(std::make_unique<echo_client>(run.loop, run.to, token, tally));
    connect_clients(run.loop, clients, 100);
    for (auto& client : clients) {
        for (std::size_t i = 0; i < outstanding; ++i)
            client->send_next();
        client->flush();
    }
    idle_for(run.loop, from_seconds(warmup));

    measurement measured(run.server);
    tally.latency.clear();
    const auto acks_before = tally.acks;
    measured.start();
    idle_for(run.loop, from_seconds(seconds));
    measured.stop();
    const auto acks = tally.acks - acks_before;
    const auto latency = tally.latency;

    tally.sending = false;
    run.loop.run_until(now() + std::chrono::seconds(10), [&] { return tally.acks == tally.sent; });

    report out("echo");
    measured.add_to(out, "acks", acks);
    out.add("delivery_ratio", static_cast<double>(tally.acks) / static_cast<double>(tally.sent));
    out.add_latency("ack", latency);
    if (tally.acks != tally.sent || tally.lost > 0)
        out.fail("acks or connections were lost");
    if (tally.wrong > 0)
        out.fail("wrong answers");
    return out;
}

} // namespace load
