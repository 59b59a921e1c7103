#pragma once

#include "options.hpp"
#include "socket_client.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace load {

/// Source addresses that large crowds spread over.
inline constexpr unsigned source_addresses = 8;

/// Opens `count` connections, at most `at_once` on their way at any time: `start(i)` begins number i, and
/// `is_ready(i)` says when it is there. Throws std::runtime_error when they are not all there in time.
void connect_all(event_loop& loop, std::size_t count, std::size_t at_once,
                 std::function<void(std::size_t)> start, std::function<bool(std::size_t)> is_ready,
                 nanoseconds patience = std::chrono::seconds(120));

/// Connects all sockets of a mode, spread over the source addresses. Throws like connect_all().
template <typename Client>
void connect_clients(event_loop& loop, std::vector<std::unique_ptr<Client>>& clients, std::size_t at_once)
{
    connect_all(
        loop, clients.size(), at_once,
        [&](std::size_t i) { clients[i]->start({.source = static_cast<unsigned>(i) % source_addresses}); },
        [&](std::size_t i) {
            if (clients[i]->where() == socket_client::state::lost)
                throw std::runtime_error("a connection was lost: " + clients[i]->failure());
            return clients[i]->is_ready();
        });
}

/// Serves the loop for a while, heartbeats included.
void idle_for(event_loop& loop, nanoseconds span);

} // namespace load
