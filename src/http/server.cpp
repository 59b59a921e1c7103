#include "acceptor.hpp"
#include "server_context.hpp"

#include <chatd/http/server.hpp>

#include <algorithm>
#include <utility>

namespace chatd::http {

struct server::state {
    state(async::loop& l, server_options o, handler h)
        : context(l, std::move(o), std::move(h)), per_address(context.options.max_connections_per_ip)
    {
    }

    server_context context;
    address_counter per_address;
    std::vector<std::unique_ptr<acceptor>> acceptors;
};

server::server(async::loop& l, server_options o, handler h)
    : state_(std::make_unique<state>(l, std::move(o), std::move(h)))
{
}

server::~server() = default;

result<void> server::listen()
{
    for (const auto& listener : state_->context.options.listeners) {
        auto a = std::make_unique<acceptor>(state_->context, state_->per_address, listener);
        if (auto opened = a->listen(); !opened)
            return opened;
        state_->acceptors.push_back(std::move(a));
    }
    return {};
}

std::vector<std::uint16_t> server::ports() const
{
    std::vector<std::uint16_t> out;
    for (const auto& a : state_->acceptors)
        out.push_back(a->port());
    return out;
}

result<void> server::reload_tls()
{
    for (auto& a : state_->acceptors) {
        if (auto loaded = a->load_tls(); !loaded)
            return loaded;
    }
    return {};
}

void server::stop_accepting()
{
    for (auto& a : state_->acceptors)
        a->close();
    state_->context.stop_accepting();
}

void server::close_all()
{
    state_->context.end_all();
}

const server_stats& server::stats() const noexcept
{
    return state_->context.stats;
}

} // namespace chatd::http
