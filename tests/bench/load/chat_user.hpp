#pragma once

#include "histogram.hpp"
#include "options.hpp"
#include "socket_client.hpp"
#include "users.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace load {

/// What all pairs of a run add up to.
struct chat_tally {
    bool sending = true;
    std::size_t window = 0;      ///< messages that each user keeps under way; 0: sends only when told
    std::uint64_t limit = ~0ull; ///< no more messages than this
    std::uint64_t sent = 0;
    std::uint64_t stored = 0;    ///< acknowledged with success
    std::uint64_t delivered = 0; ///< at both users, so twice per message
    std::uint64_t wrong = 0;     ///< refused, repeated, out of order, or with a gap in seq
    std::uint64_t lost = 0;
    std::string wrong_example;
    histogram latency; ///< planned send → received by the other user

    bool complete() const { return stored == sent && delivered == 2 * sent; }
};

/// One user of a conversation of two. Numbers its messages and checks the order of what arrives from both.
class chat_user : public socket_client {
  public:
    chat_user(event_loop& loop, target to, const user& account, unsigned side, chat_tally& tally);

    void set_partner(chat_user& partner) { partner_ = &partner; }

    /// Characters that the text of each message has at least.
    void set_length(std::size_t length) { padding_.assign(length, 'x'); }

    /// Sends one message whose latency counts from `planned`.
    void send_next(time_point planned);

    /// Sends as many as the window still takes.
    void fill_window();

  private:
    void on_packet(std::string_view packet) override;
    void on_end() override;

    void take_ack(std::string_view packet);
    void take_delivery(std::string_view packet);
    void note_wrong(std::string_view packet);
    std::uint64_t completed() const;

    chat_tally& tally_;
    chat_user* partner_ = nullptr;
    std::string conversation_, client_id_prefix_, padding_;
    unsigned side_;
    std::uint64_t sent_ = 0, acked_ = 0;
    std::array<std::uint64_t, 2> seen_{}; ///< last number received from each side
    std::int64_t seq_ = 0;
};

/// Users 2i and 2i+1 of the list, connected and ready to chat in the first conversation of each.
struct chat_pairs {
    chat_pairs(event_loop& loop, target to, const std::vector<user>& accounts, std::size_t pairs);

    /// Sends `rate` messages per second for `span`, evenly spread over the pairs and both directions.
    void send_steadily(event_loop& loop, double rate, nanoseconds span);

    /// Stops sending and waits for what is under way.
    void drain(event_loop& loop);

    chat_tally tally;
    std::vector<std::unique_ptr<chat_user>> users;

  private:
    std::size_t turn_ = 0;
};

/// Adds the delivery ratio and fails the run when anything was lost or wrong.
void add_chat_verdict(class report& out, const chat_tally& tally);

} // namespace load
