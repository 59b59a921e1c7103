#pragma once

#include "packet.hpp"

#include <chatd/engineio/id_source.hpp>
#include <chatd/engineio/server.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace chatd::engineio {

class live_session;

/// Finds sessions by their id.
struct session_key {
    using is_transparent = void;
    std::size_t operator()(const std::shared_ptr<live_session>& s) const noexcept;
    std::size_t operator()(std::string_view id) const noexcept { return std::hash<std::string_view>{}(id); }
    bool operator()(const std::shared_ptr<live_session>& a,
                    const std::shared_ptr<live_session>& b) const noexcept
    {
        return a == b;
    }
    bool operator()(const std::shared_ptr<live_session>& a, std::string_view id) const noexcept;
    bool operator()(std::string_view id, const std::shared_ptr<live_session>& a) const noexcept
    {
        return (*this)(a, id);
    }
};

/// Packets without data, encoded once.
struct control_packets {
    websocket::frame_ptr close, ping, pong, noop, probe_answer;
};

/// Error codes of the protocol.
enum class refusal : std::uint8_t {
    unknown_transport,
    unknown_sid,
    bad_handshake_method,
    bad_request,
    forbidden,
    unsupported_version,
};

/// The Engine.IO parameters of one request.
struct parameters {
    dialect speaks;
    transport_kind transport = transport_kind::polling;
    std::string sid;
};

/// What all sessions of a server share.
struct server::state {
    state(async::loop& l, async::timer_wheel& t, server_options o);

    async::loop& loop;
    async::timer_wheel& timers;
    server_options options;
    server_stats stats;
    websocket::connection_group group;
    control_packets control;
    id_source ids;
    open_handler open;
    boost::unordered_flat_set<std::shared_ptr<live_session>, session_key, session_key> sessions;
    bool accepting = true;

    [[nodiscard]] heartbeat_options heartbeat_for(std::uint16_t port) const;
    [[nodiscard]] std::shared_ptr<live_session> find(std::string_view id) const;
    void erase(const live_session& s) noexcept;
    void open_session(const http::exchange_ptr& e, const parameters& p);
    void continue_session(const http::exchange_ptr& e, const parameters& p);
    void refuse(http::exchange& e, refusal why);
};

} // namespace chatd::engineio
