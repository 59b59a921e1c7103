#include "product.hpp"
#include "views.hpp"

#include <chatd/api/messaging.hpp>

#include <utility>

namespace chatd::api {

namespace {

using messaging::write_message;

std::string room_of(std::string_view user_id)
{
    return "user:" + std::string(user_id);
}

/// All sockets of all members but one user. Requires: somebody is left, else it would be everybody.
socketio::broadcast members_without(socketio::name_space& ns, const chat::members_ptr& members,
                                    std::string_view user_id = {})
{
    socketio::broadcast out(ns);
    for (const auto& id : members->member_ids)
        if (id != user_id)
            out.to(room_of(id));
    return out;
}

bool has_others(const chat::members_ptr& members, std::string_view user_id)
{
    return members->member_ids.size() > (chat::is_member(*members, user_id) ? 1U : 0U);
}

void on_message(socketio::name_space& ns, const chat::message_posted& e)
{
    json_writer w;
    w.reserve(e.item->content.size() + e.item->metadata.size() + 896);
    w.begin_object().key("message");
    write_message(w, *e.item);
    w.field("conversationId", e.item->conversation_id).field("timestamp", e.item->created_at);
    if (e.automatic)
        w.field("isAutomatic", true);
    w.end_object();
    members_without(ns, e.members).emit("message_received", w.str());
}

void on_delivered(socketio::name_space& ns, const chat::message_delivered& e)
{
    json_writer w;
    w.begin_object().field("messageId", e.message_id).field("conversationId", e.conversation_id);
    w.field("userId", e.user_id).field("deliveredAt", e.at).end_object();
    ns.to(room_of(e.author_id)).emit("message_delivered_to", w.str());
}

void on_read(socketio::name_space& ns, const chat::read_changed& e)
{
    json_writer w;
    w.begin_object().field("messageId", e.message_id).field("conversationId", e.conversation_id);
    w.key("readBy").begin_object().field("id", e.reader_id).field("username", e.reader_username).end_object();
    w.field("readAt", e.read_at).field("timestamp", e.read_at).end_object();
    members_without(ns, e.members).emit("message_read_by", w.str());
}

void on_typing(socketio::name_space& ns, const chat::typing_changed& e)
{
    if (!has_others(e.members, e.user_id))
        return;
    json_writer w;
    w.begin_object().field("userId", e.user_id).field("username", e.username);
    w.field("conversationId", e.conversation_id).field("timestamp", e.at).end_object();
    members_without(ns, e.members, e.user_id)
        .except(messaging::quiet_room(e.conversation_id))
        .volatile_()
        .emit(e.active ? "user_typing" : "user_stopped_typing", w.str());
}

void on_presence(socketio::name_space& ns, const chat::presence_changed& e)
{
    if (e.audience && e.audience->empty())
        return;
    json_writer w;
    w.begin_object()
        .field("userId", e.user_id)
        .field("username", e.username)
        .field("timestamp", e.at)
        .end_object();
    socketio::broadcast out(ns);
    if (e.audience)
        for (const auto& id : *e.audience)
            out.to(room_of(id));
    out.except(room_of(e.user_id)).volatile_().emit(e.online ? "user_online" : "user_offline", w.str());
}

/// To the other members and to the other tabs of the caller.
void on_call(socketio::name_space& ns, const chat::call_signalled& e)
{
    members_without(ns, e.members).except(e.origin_socket).emit("call:" + e.kind, e.payload);
}

template <class Event>
void follow(chat::core& core, socketio::name_space& ns, void (*tell)(socketio::name_space&, const Event&))
{
    core.events.subscribe<Event>([&ns, tell](const Event& e) { tell(ns, e); });
}

} // namespace

void notify_messaging(chat::core& core, socketio::name_space& ns)
{
    follow(core, ns, on_message);
    follow(core, ns, on_delivered);
    follow(core, ns, on_read);
    follow(core, ns, on_typing);
    follow(core, ns, on_presence);
    follow(core, ns, on_call);
}

} // namespace chatd::api
