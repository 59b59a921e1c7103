#pragma once

#include "recovery_log.hpp"

#include <chatd/engineio/id_source.hpp>
#include <chatd/socketio/server.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string_view>

namespace chatd::socketio {

/// Connection state recovery of one namespace: who may come back, and what was said meanwhile. Time is handed
/// in. I/O thread only.
class recovery {
  public:
    using time = recovery_log::time;

    /// A session that can go on.
    struct session {
        engineio::random_id id;
        std::uint64_t since;               ///< position behind which packets were missed
        std::optional<std::uint64_t> seen; ///< newest position that the client has
        std::vector<std::string> rooms;    ///< where its socket was
    };

    explicit recovery(const recovery_options& o) : options_(o), log_(o.window, o.max_bytes) {}

    [[nodiscard]] recovery_log& log() noexcept { return log_; }
    [[nodiscard]] const recovery_log& log() const noexcept { return log_; }
    /// False while nobody could ask for a packet again.
    [[nodiscard]] std::size_t departed_count() const noexcept { return departed_.size(); }
    [[nodiscard]] bool is_needed() const noexcept { return !live_.empty() || !departed_.empty(); }

    /// A socket has been given this private id.
    void started(socket& s, std::string_view pid);
    /// A session goes on in `s`, which has been sent the packets up to `sent` (empty: none since `r` ended).
    static void resumed(socket& s, const session& r, std::optional<std::uint64_t> sent) noexcept;
    /// A socket is gone, and its client may come back.
    void left(socket& s, std::vector<std::string> rooms, time now);
    /// A socket is gone for good.
    void forget(const socket& s) noexcept;

    /// The open socket that was given this private id.
    [[nodiscard]] socket* find_live(std::string_view pid) const noexcept;

    /// Takes the session out; empty when it is unknown, another's, too old, or when something it missed is
    /// gone.
    [[nodiscard]] std::optional<session> take(std::string_view pid, const std::optional<std::string>& offset,
                                              std::string_view identity, time now);
    /// Forgets sessions and packets that are too old.
    void prune(time now) noexcept;

    /// Sessions kept in any case; above it as many as there ever were sockets at a time, so that all may come
    /// back at once but those who connect and vanish over and over cost no more than that.
    static constexpr std::size_t min_departed = 10'000;

  private:
    struct record {
        engineio::random_id id;
        std::string identity;
        std::vector<std::string> rooms;
        std::uint64_t connected; ///< positions of the log: at CONNECT,
        std::uint64_t sent;      ///< newest one sent to the socket,
        std::uint64_t gone;      ///< at the end
        bool got_offset;
        time at;
    };
    struct leaving {
        time at;
        std::uint64_t pid_hash;
    };

    void drop_oldest() noexcept;

    recovery_options options_;
    recovery_log log_;
    boost::unordered_flat_map<std::uint64_t, socket*> live_;
    boost::unordered_flat_map<std::uint64_t, std::unique_ptr<record>> departed_;
    std::deque<leaving> order_; ///< of departure
    std::size_t peak_ = 0;      ///< most sockets at a time
};

} // namespace chatd::socketio
