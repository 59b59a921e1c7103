#include "client.hpp"
#include "in_process_adapter.hpp"
#include "namespace_state.hpp"

#include <chatd/socketio/server.hpp>

#include <utility>

namespace chatd::socketio {
namespace {

constexpr std::size_t max_event_names = 256;

} // namespace

server::state::state(engineio::server& e, server_options o)
    : engine(e), options(std::move(o)),
      messages(options.messages ? std::move(options.messages) : std::make_unique<in_process_adapter>())
{
}

name_space* server::state::find(std::string_view name) const noexcept
{
    const auto found = namespaces.find(name);
    return found == namespaces.end() ? nullptr : found->second.get();
}

event_counters& server::state::counters(std::string_view event)
{
    const auto found = stats.events.find(event);
    if (found != stats.events.end())
        return found->second;
    return stats.events[std::string(stats.events.size() < max_event_names ? event : "other")];
}

server::server(engineio::server& engine, server_options o)
    : state_(std::make_unique<state>(engine, std::move(o)))
{
    of("/");
    engine.on_open([s = state_.get()](engineio::session& session, const http::request& r) {
        auto c = std::make_unique<client>(*s, session, r);
        if (c->protocol() == 4)
            c->connect_default();
        return c;
    });
}

server::~server()
{
    // The handlers' owner may be gone already; who wants to hear of the end calls close() before.
    for (const auto& [name, n] : state_->namespaces)
        n->impl().drop_handlers();
    state_->engine.on_open({});
    close();
}

name_space& server::of(std::string_view name)
{
    if (auto* const known = state_->find(name))
        return *known;
    auto fresh =
        std::unique_ptr<name_space>(new name_space(std::make_unique<name_space::state>(*state_, name)));
    return *state_->namespaces.emplace(name, std::move(fresh)).first->second;
}

void server::close()
{
    state_->engine.close();
}

const server_stats& server::stats() const
{
    auto& s = state_->stats;
    s.recovery_log_bytes = s.recovery_log_packets = 0;
    for (const auto& [name, n] : state_->namespaces) {
        if (const auto& past = n->impl().past) {
            s.recovery_log_bytes += past->log().bytes();
            s.recovery_log_packets += past->log().size();
        }
    }
    return s;
}

} // namespace chatd::socketio
