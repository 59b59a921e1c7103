#pragma once

#include "payload.hpp"

#include <chatd/http/exchange.hpp>
#include <chatd/websocket/frame.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::engineio {

/// The long-polling side of a session: what waits for the client, and the poll that waits for something.
class polling_transport {
  public:
    polling_transport(dialect d, std::string jsonp) : dialect_(d), jsonp_(std::move(jsonp)) {}

    [[nodiscard]] const dialect& speaks() const noexcept { return dialect_; }
    /// JSONP's callback number; empty for XHR.
    [[nodiscard]] const std::string& jsonp() const noexcept { return jsonp_; }
    [[nodiscard]] bool is_waiting() const noexcept { return poll_ != nullptr; }
    [[nodiscard]] bool is_empty() const noexcept { return queue_.empty(); }
    [[nodiscard]] std::size_t queued_bytes() const noexcept { return queued_bytes_; }

    void push(websocket::frame_ptr p);
    /// Requires: no poll is waiting.
    void wait(http::exchange_ptr poll) { poll_ = std::move(poll); }
    /// Answers the waiting poll with what is queued, followed by `last` unless that is null.
    void answer(websocket::frame_ptr last = nullptr);
    /// The client has dropped the waiting poll.
    void forget_poll() noexcept { poll_.reset(); }
    /// What was not fetched; the queue is empty afterwards.
    [[nodiscard]] std::vector<websocket::frame_ptr> take_queue() noexcept;
    void drop_queue() noexcept { static_cast<void>(take_queue()); }
    /// Cuts the waiting poll.
    void abort() noexcept;

  private:
    dialect dialect_;
    std::string jsonp_;
    http::exchange_ptr poll_;
    std::vector<websocket::frame_ptr> queue_;
    std::size_t queued_bytes_ = 0;
};

/// The answer to a poll.
[[nodiscard]] http::response poll_response(payload p, std::string_view jsonp);
/// The packets of a JSONP form (`d=…`, percent-encoded, with \n written as \\n). Empty when it is not one.
[[nodiscard]] std::string jsonp_body(std::string_view form);

} // namespace chatd::engineio
