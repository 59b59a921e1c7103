#pragma once

#include <chatd/base/clock.hpp>
#include <chatd/base/result.hpp>
#include <chatd/engineio/session.hpp>
#include <chatd/socketio/event.hpp>
#include <chatd/socketio/handshake.hpp>
#include <chatd/socketio/peer.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::socketio {

class client;
class name_space;
class recovery;
class room;
class room_index;
struct encoded_packet;

/// Per-socket state of the application; destroyed with the socket.
struct socket_data {
    virtual ~socket_data() = default;
};

/// One client in one namespace. Owned by its namespace until on_disconnect has returned (and, as an empty
/// shell, by unanswered acks). I/O thread only.
class socket {
  public:
    using answer_handler = std::function<void(result<answer>)>;

    socket(const socket&) = delete;
    socket& operator=(const socket&) = delete;

    /// Public id, 20 characters of base64url; the same again after a recovery. Lives as long as the socket.
    [[nodiscard]] std::string_view id() const noexcept { return {id_.data(), id_.size()}; }
    /// Requires: who_ptr() is not null (the namespace has a middleware that accepts with a peer).
    [[nodiscard]] const peer& who() const noexcept { return *who_; }
    [[nodiscard]] const std::shared_ptr<const peer>& who_ptr() const noexcept { return who_; }
    [[nodiscard]] bool recovered() const noexcept { return recovered_; }
    [[nodiscard]] name_space& nsp() const noexcept { return *nsp_; }
    /// False once the client or the server has left; emits do nothing then.
    [[nodiscard]] bool connected() const noexcept { return client_ != nullptr; }
    [[nodiscard]] timestamp connected_at() const noexcept { return connected_at_; }
    /// Requires: connected().
    [[nodiscard]] const handshake& hs() const noexcept;
    [[nodiscard]] std::string_view address() const noexcept;
    [[nodiscard]] engineio::transport_kind transport() const noexcept;

    [[nodiscard]] socket_data* data() const noexcept { return data_.get(); }
    void set_data(std::unique_ptr<socket_data> d) noexcept { data_ = std::move(d); }

    [[nodiscard]] std::vector<std::string> room_names() const;
    void join(std::string_view name);
    void leave(std::string_view name);
    [[nodiscard]] bool in(std::string_view name) const noexcept;

    /// `args_json`: JSON values separated by commas, may be empty. Recoverable like a broadcast.
    void emit(std::string_view name, std::string_view args_json,
              std::span<const std::string_view> attachments = {});
    /// Emits and calls `done` once: with the answer; `unavailable` after `timeout`; `not_found` when the
    /// socket is gone first. Never from inside the call. Not recoverable.
    void emit_with_ack(std::string_view name, std::string_view args_json, std::chrono::milliseconds timeout,
                       answer_handler done, std::span<const std::string_view> attachments = {});

    /// Leaves the namespace with a DISCONNECT packet; stock clients do not come back by themselves.
    /// `close_transport`: also closes the connection once the packet is flushed.
    void disconnect(bool close_transport);
    /// Closes the connection only; the client comes back by itself.
    void close_transport();

  private:
    friend class ack;
    friend class client;
    friend class name_space;
    friend class recovery;
    friend class room;
    friend class room_index;
    friend void intrusive_ptr_add_ref(const socket* s) noexcept;
    friend void intrusive_ptr_release(const socket* s) noexcept;
    struct extras;
    struct membership {
        room* in;
        std::uint32_t position; ///< of this socket among the room's members
    };

    socket(name_space& n, client& c);
    ~socket();
    /// Queues a packet, or keeps it while the socket holds its packets back.
    void transmit(const encoded_packet& p, bool is_volatile);
    void hold(std::chrono::milliseconds d);
    void release_held();
    /// The client has answered emit_with_ack().
    void settle_answer(std::uint64_t id, std::string_view args_json,
                       std::span<const std::string_view> attachments);
    [[nodiscard]] extras& more();

    mutable std::uint32_t references_ = 0;
    std::uint32_t mark_ = 0; ///< broadcast that has seen this socket last
    std::array<char, 20> id_{};
    bool recovered_ = false;
    bool recoverable_ = false; ///< gets offsets
    bool got_offset_ = false;  ///< since CONNECT
    name_space* nsp_;
    client* client_;
    socket* next_of_client_ = nullptr;
    std::shared_ptr<const peer> who_;
    std::vector<membership> rooms_;
    std::uint64_t pid_hash_ = 0;
    std::uint64_t connect_position_ = 0; ///< of the recovery log
    std::uint64_t sent_position_ = 0;    ///< newest offset sent to this socket
    timestamp connected_at_;
    std::unique_ptr<socket_data> data_;
    std::unique_ptr<extras> extras_; ///< pending answers, frames held after a recovery
};

} // namespace chatd::socketio
