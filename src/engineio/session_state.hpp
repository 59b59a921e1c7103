#pragma once

#include "packet.hpp"

#include <chatd/engineio/server.hpp>
#include <chatd/engineio/session.hpp>

#include <chrono>
#include <cstdint>

namespace chatd::engineio {

/// The rules of one session without its I/O: what a packet means, when to ping, when the client counts as
/// gone. Time is handed in.
class session_state {
  public:
    using time = std::chrono::steady_clock::time_point;

    /// What its owner has to do about a packet.
    enum class action : std::uint8_t {
        none,
        deliver,      ///< a message for the user
        send_pong,    ///< version 3
        heard,        ///< the heartbeat's deadline has moved
        close,        ///< the client says good-bye
        fail,         ///< the client breaks the protocol
        answer_probe, ///< on the WebSocket of an upgrade
        complete_upgrade,
    };
    /// What its owner has to do because time has passed.
    enum class tick : std::uint8_t { wait, send_ping, give_up };

    session_state(int version, transport_kind t, heartbeat_options h, time now) noexcept;

    [[nodiscard]] int version() const noexcept { return version_; }
    [[nodiscard]] transport_kind transport() const noexcept { return transport_; }
    [[nodiscard]] heartbeat_options heartbeat() const noexcept
    {
        return {std::chrono::milliseconds{interval_}, std::chrono::milliseconds{timeout_}};
    }

    /// A packet on the session's transport.
    [[nodiscard]] action feed(const packet& p, time now) noexcept;
    /// A packet on the WebSocket that wants to become the transport.
    [[nodiscard]] action feed_probe(const packet& p) noexcept;

    /// False when an upgrade is under way or done.
    [[nodiscard]] bool may_probe() const noexcept;
    void start_probe() noexcept { upgrade_ = upgrade::connected; }
    void drop_probe() noexcept { upgrade_ = upgrade::none; }
    [[nodiscard]] bool is_probing() const noexcept { return upgrade_ != upgrade::none; }
    /// True between `3probe` and `5`: polls are to be answered at once.
    [[nodiscard]] bool is_probed() const noexcept { return upgrade_ == upgrade::probed; }

    [[nodiscard]] tick on_time(time now) noexcept;
    /// When on_time() will have something to do.
    [[nodiscard]] time next_deadline() const noexcept;
    /// True from the very moment at which the client counts as gone, also when nobody called on_time() yet.
    [[nodiscard]] bool is_expired(time now) const noexcept;

  private:
    enum class upgrade : std::uint8_t { none, connected, probed };

    time mark_; ///< version 4: next ping, or the ping that waits for its answer; version 3: last ping heard
    std::uint32_t interval_;
    std::uint32_t timeout_;
    std::uint8_t version_;
    transport_kind transport_;
    upgrade upgrade_ = upgrade::none;
    bool ping_sent_ = false;
};

} // namespace chatd::engineio
