#pragma once

#include "pending_exchange.hpp"
#include "request_parser.hpp"
#include "server_context.hpp"

#include <chatd/async/timer_wheel.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::http {

/// One HTTP/1.1 connection: reads requests, hands them on one by one, writes their answers in order. Between
/// requests it holds no buffer.
class connection final : public connection_hook<open_tag>,
                         public connection_hook<scheduled_tag>,
                         private poller::watcher,
                         private async::timer_wheel::entry {
  public:
    connection(server_context& c, std::unique_ptr<stream> s, std::string peer, std::uint16_t local_port);
    ~connection();

    /// Goes on with what had to wait for another turn.
    void proceed() noexcept;
    /// Nothing is left to do: may be freed.
    [[nodiscard]] bool has_ended() const noexcept { return stream_ == nullptr; }
    [[nodiscard]] bool is_idle() const noexcept
    {
        return !reading_ && waiting_ == nullptr && output_.empty() && !lingering_;
    }
    /// Closes the socket; a waiting exchange hears that its client has gone.
    void end() noexcept;

    // For pending_exchange, which waits for its answer.
    void answer(pending_exchange& e, response r);
    void answer_dropped(pending_exchange& e);
    void abort_wanted();
    [[nodiscard]] std::unique_ptr<stream> release(std::string& early);
    void cut() noexcept;

  private:
    using milliseconds = std::chrono::milliseconds;

    // A piece of an answer that the kernel has not taken yet.
    struct chunk {
        std::string owned;
        std::string_view fixed; // instead of `owned`
        std::size_t sent = 0;

        [[nodiscard]] std::string_view rest() const noexcept
        {
            return (fixed.empty() ? std::string_view(owned) : fixed).substr(sent);
        }
    };
    enum class deadline_kind : std::uint8_t { none, idle, header, body, write, linger };

    void on_readable() noexcept override;
    void on_writable() noexcept override;
    void on_hangup() noexcept override;

    // Requests: connection.cpp
    void take(std::string_view bytes);
    void parse();
    void keep_rest();
    [[nodiscard]] bool can_parse() const noexcept;
    void begin_request();
    void allow_body();
    void complete(request& r) const;
    void dispatch();
    void refuse(std::uint16_t status);
    [[nodiscard]] response error_page(const request& r, std::uint16_t status) const;
    void settle() noexcept;
    void resume() noexcept;

    // Answers: connection_write.cpp
    void send(const pending_exchange& e, response r);
    void write_through(std::string_view head, response& r, std::string_view body);
    void queue(std::string_view head, response& r, std::string_view body, std::size_t sent);
    void flush() noexcept;
    void consume(std::size_t n) noexcept;
    void wait_writable() noexcept;
    void begin_linger() noexcept;

    // Deadlines: connection_deadline.cpp
    void expired() noexcept override;
    void set_deadline(deadline_kind kind, milliseconds d) noexcept;
    void update_deadline() noexcept;

    server_context& context_;
    std::unique_ptr<stream> stream_;
    std::string peer_;
    std::string input_;         // bytes that could not be parsed yet
    std::string_view unparsed_; // during a turn: what is left of them
    std::vector<chunk> output_;
    std::size_t output_bytes_ = 0;
    std::optional<request_parser> parser_;
    std::shared_ptr<pending_exchange> reading_; // the request that is being parsed
    pending_exchange* waiting_ = nullptr;       // the request whose answer is due
    async::timer_wheel::steady::time_point deadline_{};
    async::timer_wheel::steady::time_point armed_for_{};
    std::size_t lingered_ = 0;
    std::uint16_t local_port_;
    deadline_kind deadline_kind_ = deadline_kind::none;
    bool keep_alive_ = true; // after the answer to the current request
    bool in_turn_ = false;   // parse() is on the stack: settle() comes
    bool lingering_ = false; // all is sent; what still comes is thrown away until the peer ends
    bool peer_ended_ = false;
    bool blocked_ = false; // the kernel takes nothing: waiting for writability
    bool served_ = false;  // at least one request has been answered
};

} // namespace chatd::http
