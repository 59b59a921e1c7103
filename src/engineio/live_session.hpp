#pragma once

#include "polling_transport.hpp"
#include "server_state.hpp"
#include "session_state.hpp"

#include <chatd/async/timer_wheel.hpp>
#include <chatd/engineio/id_source.hpp>
#include <chatd/engineio/session.hpp>
#include <chatd/websocket/connection.hpp>

#include <memory>
#include <string_view>

namespace chatd::engineio {

/// A session with its transport. The server's table owns it; its WebSocket, its poll and its timer call it.
class live_session final : public session,
                           public websocket::connection_owner,
                           private async::timer_wheel::entry {
  public:
    live_session(server::state& s, dialect d, transport_kind t, const http::request& r);
    ~live_session() override;

    [[nodiscard]] std::string_view id() const noexcept override { return {id_.data(), id_.size()}; }
    [[nodiscard]] int protocol() const noexcept override { return state_.version(); }
    [[nodiscard]] transport_kind transport() const noexcept override { return state_.transport(); }
    [[nodiscard]] bool is_open() const noexcept override { return life_ == life::open; }
    void send(websocket::frame_ptr message) override;
    bool send_volatile(websocket::frame_ptr message) override;
    void close() override { finish(close_reason::forced); }
    void abort() override;

    /// Sends the open packet, asks for a user and starts the heartbeat. Exactly one of the two.
    void open_polling(const http::exchange_ptr& e, std::string jsonp);
    void open_websocket(const http::exchange_ptr& e, std::shared_ptr<websocket::connection> c);

    /// Requests with this session's id.
    void poll(const http::exchange_ptr& e);
    void post(const http::exchange_ptr& e);
    void upgrade(const http::exchange_ptr& e);

    /// Ends a session whose client is silent for too long; true when it is over.
    bool end_if_expired();
    /// Tells the user and closes the transport after what is queued; over polling the rest waits a while for
    /// the next poll.
    void finish(close_reason why);
    /// Like finish(), but nothing waits for another poll.
    void end(close_reason why);

    void on_message(std::string_view payload, bool is_text) noexcept override;
    void on_closed(std::uint16_t close_code) noexcept override;

  private:
    class probe_timer;
    enum class life : std::uint8_t { open, lingering, closed };

    void expired() noexcept override;
    void arm();
    void start(const http::request& r);
    [[nodiscard]] websocket::frame_ptr open_packet() const;
    void write(websocket::frame_ptr p);
    void feed(const packet& p);
    void feed_probe(const packet& p);
    void complete_upgrade();
    void drop_probe() noexcept;
    void flush_later();
    void flush();
    void close_transport(close_reason why);
    void forget() noexcept;

    server::state& server_;
    std::unique_ptr<session_user> user_;
    std::shared_ptr<websocket::connection> connection_; ///< the transport, or the one that probes
    std::unique_ptr<polling_transport> polling_;        ///< null on WebSocket
    std::unique_ptr<probe_timer> probe_;                ///< while an upgrade is under way
    session_state state_;
    random_id id_;
    dialect dialect_;
    life life_ = life::open;
    bool flush_due_ = false;
};

} // namespace chatd::engineio
