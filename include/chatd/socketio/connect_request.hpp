#pragma once

#include <chatd/socketio/handshake.hpp>
#include <chatd/socketio/peer.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::socketio {

/// A client's wish to enter a namespace. Answered exactly once, now or later; dropping it unanswered closes
/// the transport. I/O thread only.
class connect_request {
  public:
    virtual ~connect_request() = default;

    [[nodiscard]] virtual const handshake& hs() const noexcept = 0;
    [[nodiscard]] virtual std::string_view nsp() const noexcept = 0;
    /// Query of the namespace (Engine.IO 3: "/ns?token=…"), raw.
    [[nodiscard]] virtual std::string_view query() const noexcept = 0;
    /// The object that the client sent with its CONNECT, as compact JSON; "{}" when there was none.
    [[nodiscard]] virtual std::string_view auth() const noexcept = 0;
    /// A recovery attempt; both come from auth().
    [[nodiscard]] virtual const std::optional<std::string>& pid() const noexcept = 0;
    [[nodiscard]] virtual const std::optional<std::string>& offset() const noexcept = 0;

    /// Lets the client in. `rooms` is the present membership: it is joined, and it decides what a recovery
    /// replays. Without `rooms` a recovered socket is where it was, a new one nowhere.
    virtual void accept(std::shared_ptr<const peer> who,
                        std::optional<std::vector<std::string>> rooms = std::nullopt) = 0;
    /// CONNECT_ERROR, final for stock clients. `data_json` (an object) may be empty.
    virtual void refuse(std::string_view message, std::string_view data_json = {}) = 0;
    /// Overload, drain: the client retries by itself.
    virtual void close_transport() = 0;
    /// False when the client has gone meanwhile; answers do nothing then.
    [[nodiscard]] virtual bool alive() const noexcept = 0;
};

} // namespace chatd::socketio
