#pragma once

#include <chatd/base/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::chat {

enum class role : std::uint8_t { user, manager, admin };
[[nodiscard]] std::string_view to_string(role r) noexcept;                 ///< "USER", "MANAGER", "ADMIN"
[[nodiscard]] std::optional<role> parse_role(std::string_view s) noexcept; ///< any case

/// An account as stored. `password_hash` never leaves the core.
struct user {
    std::string id;
    std::string username;
    std::string email;
    std::string password_hash;
    chat::role role = role::user;
    bool is_active = true;
    std::optional<std::string> avatar, full_name, first_name, last_name, phone, whatsapp_number, gallery_id;
    std::optional<timestamp> last_seen;
    timestamp password_changed_at; ///< also moved by logout-all: older legacy tokens are refused
    timestamp created_at, updated_at;
};

/// Who acts: built once per request or socket from a verified token.
struct principal {
    std::string user_id;
    std::string session_id; ///< empty for a legacy token
    std::string username;
    std::string email;
    chat::role role = role::user;
};

/// A login session: one device. Each refresh makes a new generation; tokens are rebuilt from (jti, iat),
/// never stored.
struct session {
    std::string id;
    std::string user_id;
    std::string ip, user_agent;
    timestamp created_at, last_used_at;
    bool revoked = false;
    std::int64_t generation = 0;
    std::string jti;          ///< of the current generation
    timestamp issued_at;      ///< iat of the current generation
    std::string previous_jti; ///< of the generation before; empty for the first
    timestamp rotated_at;     ///< when the current generation replaced the previous one
    bool successor_used =
        false; ///< the current generation's tokens have been used (refresh replay is then a plain 401)
};

enum class conversation_kind : std::uint8_t { direct, group, offer, vehicle, support, customer };
[[nodiscard]] std::string_view to_string(conversation_kind k) noexcept;

enum class message_type : std::uint8_t { text, auto_, file, image, audio, video, system, offer_update };
[[nodiscard]] std::string_view to_string(message_type t) noexcept;
/// With the aliases manual→text and automatic→auto.
[[nodiscard]] std::optional<message_type> parse_message_type(std::string_view s) noexcept;

/// What other people may see of a user inside conversations and messages.
struct user_card {
    std::string id, username, email;
    std::optional<std::string> avatar;
    bool is_active = true;
    std::optional<timestamp> last_seen;
};

struct reader {
    std::string user_id;
    timestamp read_at;
};

struct message {
    std::string id;
    std::string conversation_id;
    std::int64_t seq = 0;
    user_card sender;
    std::string content;
    message_type type = message_type::text;
    std::string metadata; ///< JSON object text; empty: none
    std::optional<std::string> reply_to;
    std::optional<std::string> client_message_id;
    std::vector<reader> read_by;
    std::int64_t read_count = 0;
    std::optional<timestamp> edited_at;
    bool is_deleted = false;
    timestamp created_at, updated_at;
};

/// The last message as a conversation list shows it.
struct message_summary {
    std::string id, content, sender_id, sender_username;
    message_type type = message_type::text;
    timestamp created_at;
};

struct participant {
    user_card user;
    std::string member_role = "member"; ///< owner, admin, member
};

struct conversation {
    std::string id;
    conversation_kind kind = conversation_kind::direct;
    std::string name;
    std::vector<participant> participants; ///< the first 100
    std::int64_t participant_count = 0;
    std::optional<message_summary> last_message;
    std::optional<timestamp> last_message_at;
    std::int64_t unread_count = 0; ///< for the caller
    std::int64_t last_seq = 0;
    timestamp created_at, updated_at;
};

/// A message on its way into the store.
struct message_draft {
    std::string id; ///< UUIDv7 made by the service
    std::string conversation_id;
    std::string sender_id;
    std::string content;
    message_type type = message_type::text;
    std::string metadata;
    std::optional<std::string> reply_to;
    std::optional<std::string> client_message_id;
    timestamp created_at;
};

/// Page by number or by cursor, as contract section 1 gives it. `before`/`after` are a message id or a seq.
struct page_request {
    std::int64_t page = 1;
    std::int64_t limit = 50;
    std::optional<std::string> before, after;
};

struct page_info {
    std::int64_t page = 1, limit = 50, total = 0;
    bool has_more = false;
    std::optional<std::string> next_cursor;
    [[nodiscard]] std::int64_t pages() const noexcept { return limit > 0 ? (total + limit - 1) / limit : 0; }
};

template <class T>
struct page {
    std::vector<T> items;
    page_info info;
};

} // namespace chatd::chat
