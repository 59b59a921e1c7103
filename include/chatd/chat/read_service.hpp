#pragma once

#include <chatd/chat/conversation_service.hpp>
#include <chatd/chat/event_bus.hpp>
#include <chatd/chat/ports.hpp>

#include <optional>
#include <string>

namespace chatd::chat {

/// Read marks and delivery receipts. A change is announced once, after it is stored; repeats change nothing.
/// Errors: not_found, forbidden. I/O thread.
class read_service {
  public:
    read_service(read_store& store, message_store& messages, conversation_service& conversations,
                 event_bus& bus, const clock& time);

    /// One message; one's own is a no-op.
    async::task<result<read_change>> mark(principal who, std::string message_id);
    async::task<result<read_change>> unmark(principal who, std::string message_id);
    /// Everything up to a message id or seq; empty: all there is now.
    async::task<result<read_change>> mark_up_to(principal who, std::string conversation_id,
                                                std::optional<std::string> up_to);
    /// Tells the author that a device of `who` has the message; nothing is stored.
    async::task<result<void>> delivered(principal who, std::string message_id);

  private:
    async::task<result<read_change>> announce(principal who, read_change change);

    read_store& store_;
    message_store& messages_;
    conversation_service& conversations_;
    event_bus& bus_;
    const clock& clock_;
};

} // namespace chatd::chat
