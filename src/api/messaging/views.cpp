#include "views.hpp"

namespace chatd::api::messaging {

namespace {

void write_card(json_writer& w, const chat::user_card& u)
{
    w.begin_object()
        .field("id", u.id)
        .field("_id", u.id)
        .field("username", u.username)
        .field("email", u.email);
    w.field("avatar", u.avatar).end_object();
}

void write_participant(json_writer& w, const chat::participant& p, const chat::presence_service& online)
{
    const auto& u = p.user;
    w.begin_object()
        .field("id", u.id)
        .field("_id", u.id)
        .field("username", u.username)
        .field("email", u.email);
    w.field("avatar", u.avatar).field("isActive", u.is_active).field("isOnline", online.is_online(u.id));
    w.field("lastSeen", u.last_seen).field("role", p.member_role).end_object();
}

void write_summary(json_writer& w, const chat::message_summary& m)
{
    w.begin_object()
        .field("id", m.id)
        .field("_id", m.id)
        .field("content", m.content)
        .field("senderId", m.sender_id);
    w.key("sender").begin_object().field("id", m.sender_id).field("_id", m.sender_id);
    w.field("username", m.sender_username).end_object();
    w.field("messageType", to_string(m.type)).field("createdAt", m.created_at).end_object();
}

std::string_view name_for(const chat::conversation& c, std::string_view viewer_id)
{
    if (c.kind != chat::conversation_kind::direct || !c.name.empty())
        return c.name;
    for (const auto& p : c.participants)
        if (p.user.id != viewer_id)
            return p.user.username;
    return {};
}

} // namespace

void write_user_fields(json_writer& w, const chat::user& u, detail d)
{
    const bool own = d == detail::own;
    w.field("id", u.id).field("_id", u.id).field("username", u.username).field("email", u.email);
    w.field("role", to_string(u.role)).field("isActive", u.is_active).field("avatar", u.avatar);
    w.field("fullName", u.full_name).field("firstName", u.first_name).field("lastName", u.last_name);
    w.field("phone", own ? u.phone : std::nullopt);
    w.field("whatsappNumber", own ? u.whatsapp_number : std::nullopt);
    w.field("galleryId", u.gallery_id).field("gallery_id", u.gallery_id).field("lastSeen", u.last_seen);
    w.field("createdAt", u.created_at).field("updatedAt", u.updated_at);
}

void write_user(json_writer& w, const chat::user& u, detail d)
{
    w.begin_object();
    write_user_fields(w, u, d);
    w.end_object();
}

void write_online_user(json_writer& w, const chat::user& u)
{
    w.begin_object().field("id", u.id).field("_id", u.id).field("userId", u.id).field("username", u.username);
    w.field("email", u.email).field("lastSeen", u.last_seen).end_object();
}

void write_message(json_writer& w, const chat::message& m)
{
    w.begin_object().field("id", m.id).field("_id", m.id).field("conversationId", m.conversation_id);
    w.field("conversation", m.conversation_id)
        .field("seq", m.seq)
        .field("senderId", m.sender.id)
        .key("sender");
    write_card(w, m.sender);
    w.field("content", m.content).field("messageType", to_string(m.type));
    w.raw_field("metadata", m.metadata.empty() ? std::string_view("null") : m.metadata);
    if (m.reply_to)
        w.field("replyTo", *m.reply_to);
    if (m.client_message_id)
        w.field("clientMessageId", *m.client_message_id);
    w.field("isRead", !m.read_by.empty()).key("readAt");
    if (m.read_by.empty())
        w.value(nullptr);
    else
        w.value(m.read_by.front().read_at);
    w.key("readBy").begin_array();
    for (const auto& r : m.read_by)
        w.begin_object().field("user", r.user_id).field("readAt", r.read_at).end_object();
    w.end_array().field("readCount", m.read_count).key("reactions").begin_array().end_array();
    w.field("editedAt", m.edited_at).field("isDeleted", m.is_deleted);
    w.field("createdAt", m.created_at).field("updatedAt", m.updated_at).end_object();
}

std::string message_view(const chat::message& m)
{
    json_writer w;
    w.reserve(m.content.size() + m.metadata.size() + 768);
    write_message(w, m);
    return std::move(w).take();
}

void write_conversation(json_writer& w, const chat::conversation& c, const chat::presence_service& online,
                        std::string_view viewer_id)
{
    json_writer people;
    people.begin_array();
    for (const auto& p : c.participants)
        write_participant(people, p, online);
    people.end_array();
    json_writer last;
    if (c.last_message)
        write_summary(last, *c.last_message);
    else
        last.value(nullptr);

    w.begin_object().field("id", c.id).field("_id", c.id).field("kind", to_string(c.kind));
    w.field("isDirect", c.kind == chat::conversation_kind::direct).field("name", name_for(c, viewer_id));
    w.raw_field("participants", people.str()).field("participantCount", c.participant_count);
    w.raw_field("participantDetails", people.str());
    w.raw_field("lastMessage", last.str()).raw_field("lastMessageDetails", last.str());
    w.field("lastMessageAt", c.last_message_at)
        .field("unreadCount", c.unread_count)
        .field("lastSeq", c.last_seq);
    w.field("createdAt", c.created_at).field("updatedAt", c.updated_at).end_object();
}

std::string with_itself(std::string_view object, std::string_view name)
{
    std::string out;
    out.reserve(object.size() * 2 + name.size() + 8);
    out.append(object.substr(0, object.size() - 1))
        .append(",\"")
        .append(name)
        .append("\":")
        .append(object)
        .append("}");
    return out;
}

std::string online_users_view(const chat::online_list& list, timestamp now)
{
    json_writer w;
    w.begin_object().key("users").begin_array();
    for (const auto& u : list.users)
        write_online_user(w, *u);
    w.end_array().field("count", list.count).field("timestamp", now).end_object();
    return std::move(w).take();
}

} // namespace chatd::api::messaging
