#pragma once

#include <chatd/chat/conversation_service.hpp>
#include <chatd/chat/event_bus.hpp>
#include <chatd/chat/options.hpp>
#include <chatd/chat/ports.hpp>
#include <chatd/chat/user_service.hpp>

#include <memory>
#include <optional>
#include <string>

namespace chatd::chat {

/// A send as a client asks for it; shape and REST or socket make no difference.
struct message_input {
    std::string conversation_id;
    std::string content;
    std::optional<std::string> type; ///< empty: text
    std::string metadata;            ///< JSON object text, already bounded; empty: none
    std::optional<std::string> reply_to, client_message_id;
    std::optional<std::string> file_id; ///< refused: there are no files yet
};

struct posted {
    std::shared_ptr<const message> item;
    bool repeated = false; ///< answered again by its client id; nothing was stored or announced
};

/// Posts and reads messages. A message is announced after it is stored, in order of seq. I/O thread.
class message_service {
  public:
    message_service(message_store& store, conversation_service& conversations, user_service& users,
                    event_bus& bus, const clock& time, const options& o);

    /// invalid (content, type, replyTo), not_found, forbidden, conflict (client id used for something else).
    /// Concurrent repeats of one client id are put in a row by the store's transaction: the first one stores.
    async::task<result<posted>> post(principal who, message_input in);
    /// not_found, forbidden.
    async::task<result<message>> find(principal who, std::string id);
    /// Newest page first, ascending inside the page. not_found, forbidden.
    async::task<result<page<message>>> list(principal who, std::string conversation_id, page_request p);

  private:
    [[nodiscard]] result<message_draft> draft_of(const principal& who, message_input in) const;

    message_store& store_;
    conversation_service& conversations_;
    user_service& users_;
    event_bus& bus_;
    const clock& clock_;
    const options& options_;
};

} // namespace chatd::chat
