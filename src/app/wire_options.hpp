#pragma once

#include <chatd/api/rest.hpp>
#include <chatd/api/socket_gateway.hpp>
#include <chatd/chat/core.hpp>
#include <chatd/config/settings.hpp>
#include <chatd/engineio/server.hpp>
#include <chatd/http/server.hpp>
#include <chatd/socketio/server.hpp>

#include <vector>

/// Settings turned into the options struct of each wire layer: only app includes config.
namespace chatd::app {

/// Plain ports first, then the TLS port if it is one of its own.
[[nodiscard]] std::vector<http::listener_options> listeners(const config::settings& s);
/// `r` outlives the server.
[[nodiscard]] http::server_options http_options(const config::settings& s, const api::rest& r);
/// `c` outlives the server.
[[nodiscard]] engineio::server_options engine_options(const config::settings& s, const http::cors& c);
[[nodiscard]] socketio::server_options socket_options(const config::settings& s, const chat::core& core);
[[nodiscard]] api::rest_options rest_options(const config::settings& s);
[[nodiscard]] api::socket_gateway_options gateway_options(const config::settings& s);

} // namespace chatd::app
