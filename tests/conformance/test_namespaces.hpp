#pragma once

#include <chatd/socketio/server.hpp>

namespace conformance {

/// Gives `/`, `/custom` and `/auth` the behaviour that the wire tests expect.
void set_up_namespaces(chatd::socketio::server& s);

} // namespace conformance
