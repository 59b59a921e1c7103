#pragma once

#include <chatd/api/socket_gateway.hpp>
#include <chatd/chat/rate_limiter.hpp>
#include <chatd/socketio/socket.hpp>

#include <chrono>
#include <memory>

namespace chatd::api {

/// The rate buckets of one socket, made at its first event: a socket that only listens pays nothing.
class socket_buckets final : public socketio::socket_data {
  public:
    static socket_buckets& of(socketio::socket& s, const socket_gateway_options& o, timestamp now)
    {
        if (!s.data())
            s.set_data(std::make_unique<socket_buckets>(o, now));
        return static_cast<socket_buckets&>(*s.data());
    }

    socket_buckets(const socket_gateway_options& o, timestamp now)
        : events_(o.event_burst, now), typing_(o.typing_rate, now), complained_(now - std::chrono::seconds(1))
    {
    }

    [[nodiscard]] bool take_event(double rate, double burst, timestamp now)
    {
        return events_.take(rate, burst, now);
    }
    [[nodiscard]] bool take_typing(double rate, timestamp now) { return typing_.take(rate, rate, now); }
    [[nodiscard]] std::chrono::milliseconds wait_for_event(double rate) const { return events_.wait(rate); }
    /// At most one `error` per second tells a socket that it is too fast.
    [[nodiscard]] bool may_complain(timestamp now)
    {
        if (now - complained_ < std::chrono::seconds(1))
            return false;
        complained_ = now;
        return true;
    }

  private:
    chat::token_bucket events_, typing_;
    timestamp complained_;
};

} // namespace chatd::api
