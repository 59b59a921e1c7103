// REST: reading over kept connections, and logins with a look at what they do to the events meanwhile.

#include "chat_user.hpp"
#include "crowd.hpp"
#include "http_client.hpp"
#include "modes.hpp"
#include "process.hpp"
#include "scan.hpp"

namespace load {

namespace {

struct http_tally {
    bool sending = true;
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t wrong = 0;
    std::uint64_t lost = 0;
    std::size_t body_bytes = 0;
    histogram latency;
};

/// Sends one request again and again; the answer must be a success that contains `expected` a number of
/// times.
class repeater : public http_client {
  public:
    struct expectation {
        std::string text;
        std::size_t times = 1;
    };

    repeater(event_loop& loop, target to, http_tally& tally, std::string request, expectation expected)
        : http_client(loop, to), tally_(tally), request_(std::move(request)), expected_(std::move(expected))
    {
    }

    void send_next()
    {
        sent_at_ = now();
        ++tally_.sent;
        write(request_);
        flush();
    }

  private:
    void on_answer(int status, std::string_view body) override
    {
        ++tally_.answered;
        tally_.latency.record(now() - sent_at_);
        tally_.body_bytes = body.size();
        tally_.wrong += status == 200 && is_expected(body) ? 0 : 1;
        if (tally_.sending)
            send_next();
    }

    void on_failure(std::string_view) override { ++tally_.lost; }

    /// A body of the length of one that was counted is taken as the same.
    bool is_expected(std::string_view body)
    {
        if (body.size() == known_size_)
            return true;
        std::size_t found = 0;
        for (auto at = find_text(body, expected_.text); at != std::string_view::npos;
             at = find_text(body, expected_.text, at + 1))
            ++found;
        known_size_ = found == expected_.times ? body.size() : 0;
        return found == expected_.times;
    }

    http_tally& tally_;
    std::string request_;
    expectation expected_;
    std::size_t known_size_ = 0;
    time_point sent_at_{};
};

using repeaters = std::vector<std::unique_ptr<repeater>>;

void begin(repeaters& all)
{
    for (auto& one : all) {
        one->start();
        one->send_next();
    }
}

void add_http_verdict(report& out, const http_tally& tally)
{
    out.add("delivery_ratio", static_cast<double>(tally.answered) / static_cast<double>(tally.sent));
    if (tally.answered != tally.sent || tally.lost > 0)
        out.fail("answers were lost");
    if (tally.wrong > 0)
        out.fail("wrong answers");
}

void drain(event_loop& loop, http_tally& tally)
{
    tally.sending = false;
    loop.run_until(now() + std::chrono::seconds(20),
                   [&] { return tally.answered == tally.sent || tally.lost > 0; });
}

} // namespace

report run_http(context& run)
{
    const auto accounts = read_users(run.given.text("users", ""));
    const auto page = run.given.text("page", "me");
    const auto connections = static_cast<std::size_t>(run.given.number("connections", 16));
    const auto warmup = run.given.real("warmup", 2);
    const auto seconds = run.given.real("seconds", 5);
    run.given.expect_all_used();

    http_tally tally;
    repeaters all;
    for (std::size_t i = 0; i < connections; ++i) {
        const auto& who = accounts.at(page == "me" ? i % accounts.size() : i % 2);
        const auto path = page == "me"
                              ? std::string("/api/auth/me")
                              : "/api/messages/conversations/" + who.conversations.at(0) + "?limit=50";
        const auto expected = page == "me" ? repeater::expectation{R"("success":true)", 1}
                                           : repeater::expectation{R"("seq":)", 50};
        all.push_back(std::make_unique<repeater>(run.loop, run.to, tally,
                                                 http_request("GET", path, who.token), expected));
    }
    begin(all);
    idle_for(run.loop, from_seconds(warmup));

    measurement measured(run.server);
    tally.latency.clear();
    const auto before = tally.answered;
    measured.start();
    idle_for(run.loop, from_seconds(seconds));
    measured.stop();
    const auto answered = tally.answered - before;
    const auto latency = tally.latency;
    drain(run.loop, tally);

    report out("http");
    out.add("page", page);
    out.add("body_bytes", tally.body_bytes);
    measured.add_to(out, "requests", answered);
    out.add_latency("request", latency);
    add_http_verdict(out, tally);
    return out;
}

report run_logins(context& run)
{
    const auto accounts = read_users(run.given.text("users", ""));
    const auto pairs = static_cast<std::size_t>(run.given.number("pairs", 10));
    const auto rate = run.given.real("rate", 200);
    const auto at_once = static_cast<std::size_t>(run.given.number("at-once", 16));
    const auto warmup = run.given.real("warmup", 2);
    const auto seconds = run.given.real("seconds", 10);
    run.given.expect_all_used();

    chat_pairs chat(run.loop, run.to, accounts, pairs);
    chat.send_steadily(run.loop, rate, from_seconds(warmup));
    chat.tally.latency.clear();
    chat.send_steadily(run.loop, rate, from_seconds(seconds));
    const auto idle_latency = chat.tally.latency;

    http_tally tally;
    repeaters all;
    for (std::size_t i = 0; i < at_once; ++i) {
        const auto body = R"({"email":")" + accounts[i % accounts.size()].email + R"(","password":")" +
                          bench_password + R"("})";
        all.push_back(std::make_unique<repeater>(run.loop, run.to, tally,
                                                 http_request("POST", "/api/auth/login", {}, body),
                                                 repeater::expectation{R"("expiresIn")", 2}));
    }
    begin(all);
    chat.send_steadily(run.loop, rate, from_seconds(warmup));

    measurement measured(run.server);
    chat.tally.latency.clear();
    const auto before = tally.answered;
    measured.start();
    chat.send_steadily(run.loop, rate, from_seconds(seconds));
    measured.stop();
    const auto logins = tally.answered - before;
    drain(run.loop, tally);
    chat.drain(run.loop);

    report out("logins");
    measured.add_to(out, "logins", logins);
    out.add_latency("idle_message", idle_latency);
    out.add_latency("message", chat.tally.latency);
    add_chat_verdict(out, chat.tally);
    if (tally.wrong + tally.lost > 0)
        out.fail("logins failed");
    return out;
}

} // namespace load
