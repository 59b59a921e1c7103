#pragma once

#include "flood_meter.hpp"
#include "server_state.hpp"

#include <chatd/engineio/session.hpp>
#include <chatd/socketio/handshake.hpp>
#include <chatd/socketio/namespace.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::socketio {

class live_request;

/// One Engine.IO session seen from Socket.IO: decodes its packets and knows its sockets. Owned by the
/// session.
class client final : public engineio::session_user {
  public:
    client(server::state& s, engineio::session& e, const http::request& r);
    ~client() override;

    void on_message(std::string_view payload, bool is_text) noexcept override;
    void on_close(engineio::close_reason why) noexcept override;

    [[nodiscard]] const handshake& hs() const noexcept { return handshake_; }
    [[nodiscard]] engineio::session& session() const noexcept { return session_; }
    [[nodiscard]] server::state& server() const noexcept { return server_; }
    /// Socket.IO protocol: 5, or 4 over Engine.IO 3.
    [[nodiscard]] int protocol() const noexcept { return handshake_.eio_version() == 3 ? 4 : 5; }

    /// Version 3 clients are in `/` without asking.
    void connect_default();
    /// Closes the session unless it enters a namespace in time.
    void await_connect();
    void send(const encoded_packet& p);
    /// False: dropped.
    bool send_volatile(const encoded_packet& p);
    /// Closes the session; its sockets hear `why`.
    void end(disconnect_reason why);
    /// Cuts the session, as a client that has come back elsewhere will not read it any more.
    void cut();

    void attach(socket& s) noexcept;
    void detach(socket& s) noexcept;
    void attach(live_request& r) noexcept;
    void detach(live_request& r) noexcept;

  private:
    class connect_timer;

    /// A packet whose attachments are still coming.
    struct assembly {
        std::string text;
        std::uint32_t expected;
        std::vector<std::string> parts;
        std::size_t bytes = 0;
    };

    void feed_text(std::string_view text);
    void feed_binary(std::string_view bytes);
    void dispatch(const packet& p, std::span<const std::string_view> attachments);
    void begin_connect(const packet& p);
    void cancel_or_fail(const packet& p);
    void raise(socket& s, const packet& p, std::span<const std::string_view> attachments);
    void malformed();
    [[nodiscard]] bool is_flood() noexcept;
    [[nodiscard]] socket* find_socket(std::string_view nsp) const noexcept;
    [[nodiscard]] live_request* find_request(std::string_view nsp) const noexcept;

    server::state& server_;
    engineio::session& session_;
    handshake handshake_;
    socket* sockets_ = nullptr;        ///< linked by next_of_client_
    live_request* requests_ = nullptr; ///< linked by next
    std::unique_ptr<connect_timer> waiting_;
    std::unique_ptr<assembly> assembly_;
    std::optional<disconnect_reason> ended_by_;
    flood_meter meter_;
};

} // namespace chatd::socketio
