#pragma once

#include <chatd/async/gate.hpp>
#include <chatd/async/timer_wheel.hpp>
#include <chatd/chat/event_bus.hpp>
#include <chatd/chat/options.hpp>
#include <chatd/chat/ports.hpp>
#include <chatd/chat/user_service.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chatd::chat {

struct online_list {
    std::int64_t count = 0;      ///< exact
    std::vector<user_ptr> users; ///< at most 1000; people who share a conversation with the caller first
};

struct online_status {
    bool online = false;
    std::optional<timestamp> last_seen;
};

/// Who is online and who is told (contract sections 3 and 9). `last_seen` is stored in batches, once per
/// second. I/O thread.
class presence_service {
  public:
    presence_service(ports p, user_service& users, event_bus& bus, async::timer_wheel& wheel,
                     async::gate& work, const clock& time, const options& o);
    ~presence_service();
    presence_service(const presence_service&) = delete;
    presence_service& operator=(const presence_service&) = delete;

    /// A socket of `user_id` has opened or gone. Each connected() is followed by one disconnected().
    void connected(std::string_view user_id);
    void disconnected(std::string_view user_id);

    [[nodiscard]] bool is_online(std::string_view user_id) const { return online_.is_online(user_id); }
    [[nodiscard]] std::int64_t online_count() const { return online_.online_count(); }
    async::task<result<online_list>> list(principal who);
    async::task<result<online_status>> status(std::string user_id); ///< not_found

    /// Stores pending `last_seen` at once; with `everybody`, also that of users who are still online. For
    /// stop.
    async::task<void> flush(bool everybody);

  private:
    struct flush_timer final : async::timer_wheel::entry {
        explicit flush_timer(presence_service& s) : service(s) {}
        void expired() noexcept override;
        presence_service& service;
    };

    struct change {
        std::string user_id;
        bool online;
        timestamp at;
    };

    void changed(const std::string& user_id, bool online);
    async::task<void> announce_all();
    async::task<void> announce(change c);

    presence& online_;
    conversation_store& conversations_;
    user_store& user_rows_;
    user_service& users_;
    event_bus& bus_;
    async::timer_wheel& wheel_;
    async::gate& work_;
    const clock& clock_;
    const options& options_;
    std::deque<change> changes_; // not announced yet
    bool announcing_ = false;
    std::unordered_map<std::string, timestamp> pending_; // last_seen that is not stored yet
    flush_timer timer_{*this};
};

} // namespace chatd::chat
