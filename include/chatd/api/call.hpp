#pragma once

#include <chatd/chat/model.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::api {

/// Who calls, from where. `who.user_id` is empty on routes that anyone may call.
struct caller {
    chat::principal who;
    std::string token;   ///< as presented, for logout
    std::string address; ///< client address by the trusted-proxy rule
    std::string user_agent;
    std::string request_id;
    std::string socket_id;       ///< empty for REST
    std::string idempotency_key; ///< header `Idempotency-Key`; empty for sockets
};

/// One validated call of a route or event. Owned by the handler's coroutine.
template <class Input>
struct call {
    caller by;
    Input in;
    std::vector<std::pair<std::string_view, std::string>> params; ///< of the path; names as in the pattern

    /// A path parameter. Requires: the pattern has it.
    [[nodiscard]] std::string path(std::string_view name) const
    {
        for (const auto& [key, value] : params)
            if (key == name)
                return value;
        return {};
    }
};

/// Input of routes and events that take none.
struct nothing {};

} // namespace chatd::api
