#pragma once

#include <chatd/chat/event_bus.hpp>
#include <chatd/chat/lru_cache.hpp>
#include <chatd/chat/options.hpp>
#include <chatd/chat/ports.hpp>
#include <chatd/chat/single_flight.hpp>

#include <string>
#include <string_view>

namespace chatd::chat {

/// True when `user_id` is among the members. O(log n).
[[nodiscard]] bool is_member(const conversation_store::membership& m, std::string_view user_id) noexcept;

/// Conversations and who belongs to them; membership comes from a bounded cache. I/O thread.
class conversation_service {
  public:
    conversation_service(conversation_store& store, event_bus& bus, async::gate& work, const clock& time,
                         const options& o);

    /// The direct conversation of the two. invalid with oneself; not_found `Participant not found`.
    async::task<result<conversation_store::opened>> open_direct(principal who, std::string participant_id);
    /// Newest activity first.
    async::task<result<page<conversation>>> list(principal who, page_request p);
    /// not_found, forbidden.
    async::task<result<conversation>> find(principal who, std::string id);

    /// Who belongs to it, once it is clear that `user_id` does: not_found, else forbidden (both
    /// `Conversation not found or access denied`). Without a hop when cached.
    async::task<result<members_ptr>> require_member(std::string id, std::string user_id);
    /// Passes a `call:*` event on to the other members; chatd keeps no call state. not_found, forbidden.
    async::task<result<void>> signal_call(call_signalled call);

  private:
    async::task<result<members_ptr>> members(std::string id);
    async::task<result<members_ptr>> load(std::string id);

    conversation_store& store_;
    event_bus& bus_;
    const clock& clock_;
    lru_cache<members_ptr> members_;
    single_flight<members_ptr> loads_;
    lru_cache<std::string> direct_; // conversation id by "smaller id/larger id"
};

} // namespace chatd::chat
