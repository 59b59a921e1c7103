#pragma once

#include "client.hpp"
#include "recovery.hpp"
#include "room.hpp"
#include "server_state.hpp"

#include <chatd/async/timer_wheel.hpp>
#include <chatd/socketio/namespace.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::socketio {

class live_request;

/// One packet on its way to many sockets: encoded when the first one needs it, at most with and without
/// offset.
class shared_packet {
  public:
    /// `position`: of the recovery log, 0 when the packet is not kept.
    shared_packet(outgoing p, std::uint64_t position) : packet_(p), position_(position) {}

    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    [[nodiscard]] const encoded_packet& plain();
    [[nodiscard]] const encoded_packet& with_offset();

  private:
    outgoing packet_;
    std::uint64_t position_;
    std::optional<encoded_packet> plain_;
    std::optional<encoded_packet> with_offset_;
};

/// The sockets and rooms of a namespace and what happens to them.
struct name_space::state final : private async::timer_wheel::entry {
    state(server::state& s, std::string_view n);
    ~state();

    struct socket_key {
        using is_transparent = void;
        std::size_t operator()(const socket* s) const noexcept { return (*this)(s->id()); }
        std::size_t operator()(std::string_view id) const noexcept
        {
            return std::hash<std::string_view>{}(id);
        }
        bool operator()(const socket* a, const socket* b) const noexcept { return a == b; }
        bool operator()(const socket* a, std::string_view b) const noexcept { return a->id() == b; }
        bool operator()(std::string_view a, const socket* b) const noexcept { return b->id() == a; }
    };

    server::state& server;
    std::string name;
    name_space* self = nullptr;
    middleware use;
    connect_handler connect;
    disconnect_handler disconnect;
    event_handler event;
    room_index rooms;
    boost::unordered_flat_set<socket*, socket_key, socket_key> sockets; ///< each counted as one reference
    std::unique_ptr<recovery> past;                                     ///< null when recovery is off
    std::uint32_t epoch = 0;                                            ///< of socket::mark_

    /// Makes the socket of an accepted request, tells its client and the application.
    void admit(client& c, const live_request& r, std::shared_ptr<const peer> who,
               std::optional<std::vector<std::string>> present);
    /// Takes a socket out of everything and tells the application.
    void remove(socket& s, disconnect_reason why);
    void drop_handlers() noexcept;
    void emit_to(socket& s, const emission& what);
    void emit(const selection& to, const emission& what);
    /// Visits each selected socket once; no socket may come, go or move meanwhile.
    template <class Visitor>
    void select(const selection& who, Visitor&& visit);
    /// The same with everything allowed: the sockets are collected first.
    void select_safely(const selection& who, const socket_visitor& visit);

  private:
    void expired() noexcept override;
    [[nodiscard]] std::optional<recovery::session> restore(client& c, const live_request& r, const peer* who);
    void tell_connected(socket& s, client& c, const std::string* pid);
    [[nodiscard]] std::string issue_pid(const socket& s);
    void replay(socket& s, const recovery::session& r);
    [[nodiscard]] shared_packet prepare(const emission& what) const;
    void keep(const selection& to, shared_packet& p);
    void deliver(socket& s, shared_packet& p, bool is_volatile);
    [[nodiscard]] std::uint32_t next_epoch() noexcept;
};

} // namespace chatd::socketio
