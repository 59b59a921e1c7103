#pragma once

#include <chatd/http/request.hpp>
#include <chatd/http/response.hpp>

#include <functional>
#include <memory>

namespace chatd::http {

class stream;

/// One request and its pending answer. Kept alive by whoever will answer; dropping it unanswered sends 500.
/// I/O thread only.
class exchange {
  public:
    virtual ~exchange() = default;

    [[nodiscard]] virtual const request& req() const noexcept = 0;
    /// Takes the body out of the request (large bodies are not copied).
    [[nodiscard]] virtual std::string take_body() noexcept = 0;

    /// Sends the answer; once. Nothing happens when the client has gone.
    virtual void respond(response r) = 0;
    /// `gone` is called once if the client disconnects before respond(); never after it.
    virtual void on_abort(std::function<void()> gone) = 0;

    /// True when the request is a WebSocket upgrade (RFC 6455 section 4.1: GET, HTTP/1.1, Upgrade,
    /// Connection).
    [[nodiscard]] virtual bool wants_websocket() const noexcept = 0;
    /// Hands the socket over, after which the exchange is spent: no respond(). `early` receives bytes that
    /// the client sent behind its request. Requires: wants_websocket().
    [[nodiscard]] virtual std::unique_ptr<stream> release_stream(std::string& early) = 0;
    /// Cuts the connection without an answer (also the one that release_stream did not take).
    virtual void abort() noexcept = 0;
};

using exchange_ptr = std::shared_ptr<exchange>;
using handler = std::function<void(exchange_ptr)>;

} // namespace chatd::http
