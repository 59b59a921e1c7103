#pragma once

#include <chatd/chat/model.hpp>
#include <chatd/chat/ports.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What has happened, told after COMMIT. Plain facts: who renders and sends them is the subscribers' affair.
namespace chatd::chat {

/// Published in order of `seq` within a conversation.
struct message_posted {
    std::shared_ptr<const message> item;
    members_ptr members;
    bool automatic = false;
};

struct message_delivered {
    std::string message_id, conversation_id;
    std::string author_id;
    std::string user_id; ///< whose device has it
    timestamp at;
};

struct read_changed {
    std::string conversation_id;
    std::string message_id; ///< the one read, or the newest covered
    std::string reader_id, reader_username;
    timestamp read_at;
    members_ptr members;
};

struct typing_changed {
    std::string conversation_id;
    std::string user_id, username;
    bool active = false;
    timestamp at;
    members_ptr members;
};

struct presence_changed {
    std::string user_id, username;
    bool online = false;
    timestamp at;
    std::optional<std::vector<std::string>> audience; ///< empty: everybody
};

struct conversation_opened {
    std::string conversation_id;
    members_ptr members;
};

/// A `call:*` event to be passed on as it came.
struct call_signalled {
    std::string kind; ///< "offer", "answer", "candidate", "hangup"
    std::string conversation_id;
    principal from;
    std::string origin_socket; ///< hears nothing of its own event
    std::string payload;       ///< the raw JSON object of the caller
    members_ptr members;
};

/// The login session is dead: its sockets are closed within a second (contract section 9).
struct session_revoked {
    std::string user_id, session_id;
};

/// Every session and legacy token of the user is dead.
struct user_signed_out {
    std::string user_id;
};

struct user_deactivated {
    std::string user_id;
};

struct user_updated {
    std::string user_id;
};

/// The last socket of a user has gone; the linger before `presence_changed` begins.
struct last_socket_gone {
    std::string user_id;
};

} // namespace chatd::chat
