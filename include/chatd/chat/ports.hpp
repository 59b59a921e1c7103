#pragma once

#include <chatd/async/task.hpp>
#include <chatd/base/result.hpp>
#include <chatd/chat/model.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// What the core needs from the outside: one small interface each. Implementations: storage/ (over SQL),
/// presence/. Every call is made on the I/O thread and resumes there; `unavailable` when the back end is down
/// or its queue full.
namespace chatd::chat {

struct user_changes {
    std::optional<std::string> username, email, avatar, full_name, first_name, last_name, phone,
        whatsapp_number, password_hash;
    /// Set by a new password and by logout-all, not by a mere re-hash of the same password.
    std::optional<timestamp> password_changed_at;
    timestamp at;
};

struct user_query {
    std::string search; ///< part of username or e-mail; empty: all
    std::int64_t page = 1, limit = 1000;
    std::optional<std::string> without_user_id;
};

class user_store {
  public:
    virtual ~user_store() = default;
    /// `conflict` with the field in error.fields when username, e-mail or phone is taken (regardless of
    /// case).
    virtual async::task<result<user>> create(user u) = 0;
    virtual async::task<result<user>> find(std::string id) = 0; ///< not_found
    /// Those that exist, in any order. At most 1000 ids.
    virtual async::task<result<std::vector<user>>> find_many(std::vector<std::string> ids) = 0;
    /// By e-mail, user name (both regardless of case) or phone.
    virtual async::task<result<user>> find_by_login(std::string login) = 0;
    virtual async::task<result<user>> update(std::string id, user_changes c) = 0;
    /// Active users by username; total from a counter where there is no search.
    virtual async::task<result<page<user>>> list(user_query q) = 0;
    virtual async::task<result<void>> touch_last_seen(std::vector<std::string> ids, timestamp at) = 0;
    virtual async::task<result<bool>> any_admin() = 0;
};

/// Outcome of presenting a refresh token.
struct rotation {
    enum class kind { rotated, replayed_in_grace, refused, reuse_detected } outcome = kind::refused;
    session current; ///< valid for rotated and replayed_in_grace
};

class session_store {
  public:
    virtual ~session_store() = default;
    virtual async::task<result<void>> create(session s) = 0;
    virtual async::task<result<session>> find(std::string id) = 0; ///< not_found; revoked ones are found
    /// One transaction: rotates when `presented_jti` is current, answers the same successor inside `grace`
    /// unless that was used itself, refuses (inside the grace after use) or revokes the session (after the
    /// grace).
    virtual async::task<result<rotation>> rotate(std::string session_id, std::string presented_jti,
                                                 std::string next_jti, timestamp now,
                                                 std::chrono::milliseconds grace) = 0;
    virtual async::task<result<std::vector<session>>> list(std::string user_id,
                                                           timestamp not_before) = 0; ///< live ones
    virtual async::task<result<void>> revoke(std::string session_id) = 0;
    /// All of the user but `keep` (may be empty); answers the revoked ids.
    virtual async::task<result<std::vector<std::string>>> revoke_all(std::string user_id, std::string keep,
                                                                     timestamp at) = 0;
    /// Deletes sessions whose current generation was issued before `t` (now less the refresh token's life).
    virtual async::task<result<void>> purge(timestamp t) = 0;
    /// Legacy tokens signed out before their expiry (contract section 2), by SHA-256 of the token.
    virtual async::task<result<void>> blacklist(std::string token_hash, timestamp expires_at) = 0;
    virtual async::task<result<bool>> is_blacklisted(std::string token_hash) = 0;
};

class conversation_store {
  public:
    virtual ~conversation_store() = default;
    struct opened {
        conversation item;
        bool created = false;
    };
    /// The direct conversation of two users, created once however often and concurrently asked. not_found: no
    /// such active user.
    virtual async::task<result<opened>> open_direct(std::string user_id, std::string other_id,
                                                    std::string new_id, timestamp now) = 0;
    virtual async::task<result<page<conversation>>> list(std::string user_id, page_request p) = 0;
    /// not_found, or forbidden for a non-member.
    virtual async::task<result<conversation>> find(std::string id, std::string user_id) = 0;
    /// Kind and member ids; what access checks, rooms and typing need. Cached by the core.
    struct membership {
        conversation_kind kind = conversation_kind::direct;
        std::vector<std::string> member_ids;
    };
    virtual async::task<result<membership>> members(std::string id) = 0;
    /// Users who share a conversation with this one (presence audience), at most `limit`.
    virtual async::task<result<std::vector<std::string>>> contacts(std::string user_id,
                                                                   std::int64_t limit) = 0;
};

using members_ptr = std::shared_ptr<const conversation_store::membership>;

class message_store {
  public:
    virtual ~message_store() = default;
    struct appended {
        message item;
        bool repeated = false; ///< an earlier message with the same client id and content is answered again
    };
    /// One transaction: membership, seq, message, search entry, counters, client id. forbidden: not a member;
    /// not_found: no such conversation; conflict: client id used for other content; invalid: replyTo
    /// elsewhere. Fills only `sender.id` of the sender: the core knows the rest and the hot path saves a
    /// join.
    virtual async::task<result<appended>> append(message_draft d) = 0;
    /// forbidden for non-members of its conversation.
    virtual async::task<result<message>> find(std::string id, std::string user_id) = 0;
    /// Newest page first, ascending inside the page. forbidden, not_found.
    virtual async::task<result<page<message>>> list(std::string conversation_id, std::string user_id,
                                                    page_request p) = 0;
};

struct read_change {
    std::string conversation_id;
    std::string message_id; ///< the message read, or the newest one covered by `upTo`
    timestamp read_at;
    bool changed = false; ///< false: it was so already, nothing to announce
};

class read_store {
  public:
    virtual ~read_store() = default;
    virtual async::task<result<read_change>> mark_message(std::string message_id, std::string user_id,
                                                          timestamp at) = 0;
    virtual async::task<result<read_change>> unmark_message(std::string message_id, std::string user_id,
                                                            timestamp at) = 0;
    /// Everything up to a message id or seq (empty: all).
    virtual async::task<result<read_change>> mark_up_to(std::string conversation_id, std::string user_id,
                                                        std::optional<std::string> up_to, timestamp at) = 0;
};

struct search_query {
    std::string text; ///< words, "phrases", prefix*, -exclusion
    std::optional<std::string> conversation_id, sender_id;
    std::optional<message_type> type;
    std::optional<timestamp> from, to; ///< inclusive
    std::int64_t page = 1, limit = 20;
};

struct search_hit {
    std::string message_id, conversation_id, sender_id, sender_username;
    std::string content; ///< as stored
    message_type type = message_type::text;
    timestamp created_at;
    double score = 0;
};

class search_store {
  public:
    virtual ~search_store() = default;
    /// Only messages of conversations that the caller may read now. invalid: nothing but exclusions.
    virtual async::task<result<page<search_hit>>> find(std::string user_id, search_query q) = 0;
    virtual async::task<result<std::vector<std::string>>> suggest(std::string user_id, std::string prefix,
                                                                  std::int64_t limit) = 0;
    struct stats {
        std::int64_t messages = 0, conversations = 0; ///< searchable for the caller
    };
    virtual async::task<result<stats>> count(std::string user_id) = 0;
};

/// Who is online, counted per user over all sockets of all nodes: online with the first, offline when the
/// linger after the last has passed. Answers are local and at once: an implementation over several nodes
/// mirrors what it needs.
class presence {
  public:
    virtual ~presence() = default;
    /// One more socket on this node.
    virtual void connected(std::string_view user_id) = 0;
    /// One socket less; true when it was the user's last one. Requires: a connected() of the same user
    /// before.
    virtual bool disconnected(std::string_view user_id) = 0;
    [[nodiscard]] virtual bool is_online(std::string_view user_id) const = 0;
    [[nodiscard]] virtual std::int64_t online_count() const = 0;
    /// In any order, at most `limit`.
    [[nodiscard]] virtual std::vector<std::string> online_ids(std::size_t limit) const = 0;
    /// Called on each change of a user, from connected() or later.
    virtual void on_change(std::function<void(const std::string& user_id, bool online)> f) = 0;
};

struct ports {
    user_store& users;
    session_store& sessions;
    conversation_store& conversations;
    message_store& messages;
    read_store& reads;
    search_store& search;
    chat::presence& online;
};

} // namespace chatd::chat
