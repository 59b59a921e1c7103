#include "handshake.hpp"

#include <chatd/http/upgrade.hpp>

namespace chatd::websocket {

namespace {

handshake refuse(std::uint16_t status, std::string why)
{
    handshake h;
    h.refused = http::text_response(status, std::move(why));
    if (status == 426) {
        h.refused.set("Upgrade", "websocket");
        h.refused.set("Sec-WebSocket-Version", "13");
    }
    return h;
}

} // namespace

handshake answer_handshake(const http::exchange& e)
{
    const auto& r = e.req();
    if (!e.wants_websocket())
        return refuse(426, "WebSocket upgrade required");
    if (r.header("sec-websocket-version") != "13")
        return refuse(426, "WebSocket version 13 required");
    const auto proof = http::websocket_accept(r.header("sec-websocket-key"));
    if (proof.empty())
        return refuse(400, "Invalid Sec-WebSocket-Key");
    // No subprotocol and no extension is ever agreed on, whatever the client offers.
    handshake h;
    h.accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: ";
    h.accepted += proof;
    h.accepted += "\r\n\r\n";
    return h;
}

} // namespace chatd::websocket
