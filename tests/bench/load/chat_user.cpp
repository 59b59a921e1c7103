#include "chat_user.hpp"

#include "crowd.hpp"
#include "report.hpp"
#include "scan.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace load {

namespace {

/// Messages of different runs must not share client ids.
std::string run_id()
{
    return std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
}

} // namespace

chat_user::chat_user(event_loop& loop, target to, const user& account, unsigned side, chat_tally& tally)
    : socket_client(loop, to, account.token), tally_(tally), conversation_(account.conversations.at(0)),
      client_id_prefix_(run_id() + '-' + std::to_string(side) + '-'), side_(side)
{
}

void chat_user::send_next(time_point planned)
{
    ++sent_;
    ++tally_.sent;
    const auto number = std::to_string(sent_);
    std::string packet = "2" + number + R"(["send_message",{"conversationId":")" + conversation_ +
                         R"(","content":"#)" + std::to_string(side_) + ":" + number + ":" +
                         std::to_string(planned.time_since_epoch().count()) +
                         ": Are you coming to dinner tonight? " + padding_ + R"(","clientMessageId":")" +
                         client_id_prefix_ + number + R"("}])";
    send_packet(packet);
}

void chat_user::fill_window()
{
    while (tally_.sending && tally_.sent < tally_.limit && sent_ - completed() < tally_.window)
        send_next(now());
}

void chat_user::on_packet(std::string_view packet)
{
    if (packet.starts_with(R"(2["message_received",)"))
        take_delivery(packet);
    else if (packet.starts_with("3"))
        take_ack(packet);
}

void chat_user::on_end()
{
    ++tally_.lost;
}

void chat_user::take_ack(std::string_view packet)
{
    if (find_text(packet.substr(0, 64), R"("success":true)") == std::string_view::npos) {
        note_wrong(packet);
        return;
    }
    ++acked_;
    ++tally_.stored;
    fill_window();
}

void chat_user::take_delivery(std::string_view packet)
{
    const auto content = text_after(packet, R"("content":"#)");
    const auto side = content ? leading_number(*content) : std::nullopt;
    if (!side || *side < 0 || *side > 1) {
        note_wrong(packet);
        return;
    }
    const auto rest = content->substr(2);
    const auto number = leading_number(rest);
    const auto planned = leading_number(rest.substr(std::min(rest.find(':') + 1, rest.size())));
    auto& seen = seen_[static_cast<std::size_t>(*side)];
    const auto seq_at = find_text(packet, R"("seq":)");
    const auto seq =
        seq_at == std::string_view::npos ? std::nullopt : leading_number(packet.substr(seq_at + 6));
    const bool follows = seq && (seq_ == 0 || *seq == seq_ + 1);
    if (!number || static_cast<std::uint64_t>(*number) != seen + 1 || !planned || !follows) {
        note_wrong(packet);
        return;
    }
    seen = static_cast<std::uint64_t>(*number);
    seq_ = *seq;
    ++tally_.delivered;
    if (static_cast<unsigned>(*side) == side_) {
        fill_window();
        return;
    }
    tally_.latency.record(now() - time_point(nanoseconds(*planned)));
    partner_->fill_window();
    partner_->flush();
}

void chat_user::note_wrong(std::string_view packet)
{
    ++tally_.wrong;
    if (tally_.wrong_example.empty())
        tally_.wrong_example = packet.substr(0, 300);
}

/// How many of the own messages are acknowledged and have reached both users.
std::uint64_t chat_user::completed() const
{
    return std::min({acked_, seen_[side_], partner_->seen_[side_]});
}

chat_pairs::chat_pairs(event_loop& loop, target to, const std::vector<user>& accounts, std::size_t pairs)
{
    if (accounts.size() < 2 * pairs)
        throw std::runtime_error("not enough users for the pairs");
    for (std::size_t i = 0; i < 2 * pairs; ++i)
        users.push_back(std::make_unique<chat_user>(loop, to, accounts[i], i % 2, tally));
    for (std::size_t i = 0; i < 2 * pairs; ++i)
        users[i]->set_partner(*users[i ^ 1]);
    connect_clients(loop, users, 100);
}

void chat_pairs::send_steadily(event_loop& loop, double rate, nanoseconds span)
{
    const auto begin = now();
    const auto count = static_cast<std::uint64_t>(rate * to_seconds(span));
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto due = begin + from_seconds(static_cast<double>(i) / rate);
        loop.run_until(due, [] { return false; });
        // Every pair in turn, its two sides in alternate rounds.
        const std::size_t pairs = users.size() / 2;
        const std::size_t side = turn_ / pairs % 2;
        auto& author = *users[turn_++ % pairs * 2 + side];
        author.send_next(due);
        author.flush();
    }
    loop.run_until(begin + span, [] { return false; });
}

void chat_pairs::drain(event_loop& loop)
{
    tally.sending = false;
    loop.run_until(now() + std::chrono::seconds(20), [&] { return tally.complete() || tally.lost > 0; });
}

void add_chat_verdict(report& out, const chat_tally& tally)
{
    const auto expected = static_cast<double>(2 * tally.sent);
    out.add("delivery_ratio", tally.sent == 0 ? 0 : static_cast<double>(tally.delivered) / expected);
    if (!tally.complete() || tally.lost > 0)
        out.fail("messages or connections were lost");
    if (tally.wrong == 0)
        return;
    std::string example = tally.wrong_example;
    std::ranges::replace(example, '"', '\'');
    std::ranges::replace(example, '\\', '/');
    out.fail("refused or misplaced messages, first: " + example);
}

} // namespace load
