#include <chatd/base/ids.hpp>
#include <chatd/base/log.hpp>
#include <chatd/base/text.hpp>
#include <chatd/chat/message_service.hpp>

#include <utility>

namespace chatd::chat {

namespace {

constexpr std::size_t max_client_id_bytes = 64;

bool clients_may_send(message_type t) noexcept
{
    switch (t) {
    case message_type::text:
    case message_type::file:
    case message_type::image:
    case message_type::audio:
    case message_type::video:
        return true;
    case message_type::auto_:
    case message_type::system:
    case message_type::offer_update:
        return false;
    }
    return false;
}

} // namespace

message_service::message_service(message_store& store, conversation_service& conversations,
                                 user_service& users, event_bus& bus, const clock& time, const options& o)
    : store_(store), conversations_(conversations), users_(users), bus_(bus), clock_(time), options_(o)
{
}

result<message_draft> message_service::draft_of(const principal& who, message_input in) const
{
    error broken(errc::invalid, "Validation failed");
    const auto refuse = [&](const char* field, std::string why) {
        broken.fields.push_back({field, std::move(why)});
    };

    const auto content = text::trim(in.content);
    if (content.empty())
        refuse("content", "Message content is required");
    else if (text::count_code_points(content) > options_.max_content)
        refuse("content",
               "Message content cannot exceed " + std::to_string(options_.max_content) + " characters");

    auto type = message_type::text;
    if (in.type) {
        const auto named = parse_message_type(*in.type);
        if (!named || !clients_may_send(*named))
            refuse("messageType", "messageType must be one of text, file, image, audio, video");
        else
            type = *named;
    }
    if (in.client_message_id &&
        (in.client_message_id->empty() || in.client_message_id->size() > max_client_id_bytes))
        refuse("clientMessageId", "clientMessageId must have 1 to 64 bytes");
    if (in.reply_to && !is_valid_id(*in.reply_to))
        refuse("replyTo", "replyTo must be a message of the same conversation");
    if (in.file_id)
        refuse("fileId", "fileId must be a file of the sender");
    if (!broken.fields.empty())
        return broken;

    const auto now = clock_.now();
    message_draft draft;
    draft.id = make_uuid7(now);
    draft.conversation_id = std::move(in.conversation_id);
    draft.sender_id = who.user_id;
    draft.content = std::string(content);
    draft.type = type;
    draft.metadata = std::move(in.metadata);
    draft.reply_to = std::move(in.reply_to);
    draft.client_message_id = std::move(in.client_message_id);
    draft.created_at = now;
    return draft;
}

async::task<result<posted>> message_service::post(principal who, message_input in)
{
    auto draft = draft_of(who, std::move(in));
    if (!draft)
        co_return std::move(draft).error();
    auto members = co_await conversations_.require_member(draft->conversation_id, who.user_id);
    if (!members)
        co_return std::move(members).error();
    auto sender = co_await users_.find(who.user_id);
    if (!sender)
        co_return std::move(sender).error();

    auto stored = co_await store_.append(std::move(*draft));
    if (!stored)
        co_return std::move(stored).error();
    // Nothing is awaited between COMMIT and the announcement: the order of seq would be lost.
    stored->item.sender = card_of(**sender);
    posted done{std::make_shared<const message>(std::move(stored->item)), stored->repeated};
    if (!done.repeated)
        bus_.publish(message_posted{done.item, std::move(*members)});
    log::info("chat", "message sent",
              {{"userId", who.user_id},
               {"conversationId", done.item->conversation_id},
               {"messageId", done.item->id}});
    co_return done;
}

async::task<result<message>> message_service::find(principal who, std::string id)
{
    return store_.find(std::move(id), std::move(who.user_id));
}

async::task<result<page<message>>> message_service::list(principal who, std::string conversation_id,
                                                         page_request p)
{
    return store_.list(std::move(conversation_id), std::move(who.user_id), std::move(p));
}

} // namespace chatd::chat
