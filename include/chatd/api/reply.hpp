#pragma once

#include <chatd/async/task.hpp>
#include <chatd/base/result.hpp>
#include <chatd/chat/model.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::api {

/// What a handler answers. REST puts it into the envelope `{success, message, data, …extra, pagination?}`; a
/// socket acknowledges with `{success, data?}` (contract sections 1 and 9).
struct reply {
    std::uint16_t status = 200;
    std::string message = "OK";
    std::string data;       ///< one JSON value; empty: no `data`
    std::string extra;      ///< further top-level members, `"users":[…],"count":2`; empty: none
    std::string pagination; ///< JSON object; empty: none
    std::string bare;       ///< the whole REST body instead of the envelope; empty: envelope
    std::string_view bare_type = "application/json; charset=utf-8"; ///< a literal
    bool conditional = false; ///< a list: answers ETag and honours If-None-Match

    /// An event for the calling socket alone, sent before the acknowledgement (`joined_room`).
    struct own_event {
        std::string_view name;
        std::string args;
    };
    std::vector<own_event> events;

    /// A room that the calling socket enters or leaves before the acknowledgement.
    struct room_change {
        std::string room;
        bool join = false;
    };
    std::vector<room_change> rooms;

    reply() = default;
    explicit reply(std::string json) : data(std::move(json)) {}
};

/// Every handler is a coroutine (or forwards to one) that answers this.
using outcome = async::task<result<reply>>;

/// An outcome that is there already, for handlers that never wait.
outcome answer_now(result<reply> r);

/// `{page, limit, total, pages, totalPages, hasMore, nextCursor}` (contract section 1).
[[nodiscard]] std::string pagination_view(const chat::page_info& p);

} // namespace chatd::api
