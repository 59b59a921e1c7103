#pragma once

#include <chatd/api/event_table.hpp>
#include <chatd/async/gate.hpp>
#include <chatd/base/histogram.hpp>
#include <chatd/chat/core.hpp>
#include <chatd/socketio/namespace.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace chatd::api {

/// Whom a socket belongs to.
struct socket_peer final : socketio::peer {
    socket_peer(const chat::principal& p);
    chat::role role;
    std::string username, email;

    /// Views into `identity`.
    [[nodiscard]] std::string_view user_id() const noexcept;
    [[nodiscard]] std::string_view session_id() const noexcept;
    [[nodiscard]] chat::principal principal() const;
};

struct socket_gateway_options {
    bool limits_enabled = true;
    double event_rate = 10, event_burst = 40; ///< per socket and second
    double typing_rate = 30;
};

struct event_stats {
    std::uint64_t failed = 0;
    histogram seconds;
};

/// The one way of a socket: CONNECT → authenticate → rooms and presence; event → bucket → row → validate →
/// handler → ack (contract section 9). Rows come from the event table; nothing here knows a product. I/O
/// thread only.
class socket_gateway {
  public:
    /// Takes the handlers of `ns`. The table must be complete; everything outlives *this.
    socket_gateway(socketio::name_space& ns, chat::core& core, const event_table& events,
                   socket_gateway_options o);
    ~socket_gateway();

    /// Takes no more events and calls `drained` when the handlers inside have answered.
    void close(std::function<void()> drained);
    [[nodiscard]] const std::map<std::string, event_stats, std::less<>>& stats() const noexcept;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

/// The signed recovery id of a socket (socketio::server_options::issue_pid).
[[nodiscard]] std::string issue_pid(const chat::core& core, const socketio::socket& s);

} // namespace chatd::api
