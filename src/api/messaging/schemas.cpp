#include "product.hpp"

namespace chatd::api::messaging {

namespace {

constexpr auto error_schema =
    R"({"type":"object","required":["success","message","error","code"],"properties":{
"success":{"const":false},"message":{"type":"string"},"error":{"type":["string","object"]},
"code":{"enum":["VALIDATION_ERROR","UNAUTHORIZED","FORBIDDEN","NOT_FOUND","METHOD_NOT_ALLOWED","CONFLICT","PAYLOAD_TOO_LARGE","UNSUPPORTED_MEDIA_TYPE","RATE_LIMITED","UNAVAILABLE","INTERNAL_ERROR"]},
"errors":{"type":"array","items":{"type":"object","required":["field","message"],"properties":{"field":{"type":"string"},"message":{"type":"string"}}}},
"details":{"type":"object","additionalProperties":{"type":"string"}},"requestId":{"type":"string"},
"timestamp":{"type":"string","format":"date-time"},"path":{"type":"string"},"method":{"type":"string"}}})";

constexpr auto done_schema = R"({"type":"object","required":["success","message"],"properties":{
"success":{"const":true},"message":{"type":"string"}}})";

constexpr auto pagination_schema =
    R"({"type":"object","required":["page","limit","total","pages","totalPages","hasMore","nextCursor"],"properties":{
"page":{"type":"integer"},"limit":{"type":"integer"},"total":{"type":"integer"},"pages":{"type":"integer"},
"totalPages":{"type":"integer"},"hasMore":{"type":"boolean"},"nextCursor":{"type":["string","null"]}}})";

constexpr auto user_schema =
    R"({"type":"object","required":["id","_id","username","email","role","isActive","avatar","fullName","firstName","lastName","phone","whatsappNumber","galleryId","gallery_id","lastSeen","createdAt","updatedAt"],"properties":{
"id":{"type":"string"},"_id":{"type":"string"},"username":{"type":"string"},"email":{"type":"string"},
"role":{"enum":["USER","MANAGER","ADMIN"]},"isActive":{"type":"boolean"},"avatar":{"type":["string","null"]},
"fullName":{"type":["string","null"]},"firstName":{"type":["string","null"]},"lastName":{"type":["string","null"]},
"phone":{"type":["string","null"]},"whatsappNumber":{"type":["string","null"]},"galleryId":{"type":["string","null"]},
"gallery_id":{"type":["string","null"]},"lastSeen":{"type":["string","null"],"format":"date-time"},
"createdAt":{"type":"string","format":"date-time"},"updatedAt":{"type":"string","format":"date-time"}}})";

constexpr auto signed_in_schema =
    R"({"type":"object","required":["success","message","accessToken","refreshToken","expiresIn","user","data"],"properties":{
"success":{"const":true},"message":{"type":"string"},"accessToken":{"type":"string"},"refreshToken":{"type":"string"},
"expiresIn":{"type":"string"},"user":{"$ref":"#/components/schemas/User"},
"data":{"type":"object","required":["user","accessToken","refreshToken","expiresIn","tokens"],"properties":{
"user":{"$ref":"#/components/schemas/User"},"accessToken":{"type":"string"},"refreshToken":{"type":"string"},
"expiresIn":{"type":"string"},"tokens":{"type":"object","required":["accessToken","refreshToken"],"properties":{
"accessToken":{"type":"string"},"refreshToken":{"type":"string"}}}}}}})";

constexpr auto me_schema = R"({"type":"object","required":["success","message","data","user"],"properties":{
"success":{"const":true},"message":{"type":"string"},"user":{"$ref":"#/components/schemas/User"},
"data":{"allOf":[{"$ref":"#/components/schemas/User"},{"type":"object","required":["user"],
"properties":{"user":{"$ref":"#/components/schemas/User"}}}]}}})";

constexpr auto sessions_schema = R"({"type":"object","required":["success","message","data"],"properties":{
"success":{"const":true},"message":{"type":"string"},"data":{"type":"array","items":{"type":"object",
"required":["id","createdAt","lastUsedAt","ip","userAgent","current"],"properties":{"id":{"type":"string"},
"createdAt":{"type":"string","format":"date-time"},"lastUsedAt":{"type":"string","format":"date-time"},
"ip":{"type":"string"},"userAgent":{"type":"string"},"current":{"type":"boolean"}}}}}})";

constexpr auto listed_user_schema = R"({"allOf":[{"$ref":"#/components/schemas/User"},
{"type":"object","required":["isOnline"],"properties":{"isOnline":{"type":"boolean"}}}]})";

constexpr auto user_list_schema =
    R"({"type":"object","required":["success","message","data","users","count","pagination"],"properties":{
"success":{"const":true},"message":{"type":"string"},
"data":{"type":"array","items":{"$ref":"#/components/schemas/ListedUser"}},
"users":{"type":"array","items":{"$ref":"#/components/schemas/ListedUser"}},"count":{"type":"integer"},
"pagination":{"$ref":"#/components/schemas/Pagination"}}})";

constexpr auto online_count_schema =
    R"({"type":"object","required":["success","message","data"],"properties":{
"success":{"const":true},"message":{"type":"string"},"data":{"type":"object","required":["onlineUserCount","timestamp"],
"properties":{"onlineUserCount":{"type":"integer"},"timestamp":{"type":"string","format":"date-time"}}}}})";

constexpr auto online_status_schema =
    R"({"type":"object","required":["success","message","data"],"properties":{
"success":{"const":true},"message":{"type":"string"},
"data":{"type":"object","required":["userId","isOnline","lastSeen","timestamp"],"properties":{
"userId":{"type":"string"},"isOnline":{"type":"boolean"},"lastSeen":{"type":["string","null"],"format":"date-time"},
"timestamp":{"type":"string","format":"date-time"}}}}})";

constexpr auto online_list_schema = R"({"type":"object","required":["success","message","data"],"properties":{
"success":{"const":true},"message":{"type":"string"},
"data":{"type":"object","required":["onlineUserCount","onlineUserIds","onlineUsers","timestamp"],"properties":{
"onlineUserCount":{"type":"integer"},"onlineUserIds":{"type":"array","items":{"type":"string"}},
"onlineUsers":{"type":"array","items":{"type":"object","required":["id","_id","userId","username","email","lastSeen"],
"properties":{"id":{"type":"string"},"_id":{"type":"string"},"userId":{"type":"string"},"username":{"type":"string"},
"email":{"type":"string"},"lastSeen":{"type":["string","null"],"format":"date-time"}}}},
"timestamp":{"type":"string","format":"date-time"}}}}})";

void add_account_schemas(route_table& routes)
{
    routes.component("Error", error_schema);
    routes.component("Done", done_schema);
    routes.component("Pagination", pagination_schema);
    routes.component("User", user_schema);
    routes.component("SignedIn", signed_in_schema);
    routes.component("Me", me_schema);
    routes.component("Sessions", sessions_schema);
    routes.component("ListedUser", listed_user_schema);
    routes.component("UserList", user_list_schema);
    routes.component("OnlineCount", online_count_schema);
    routes.component("OnlineStatus", online_status_schema);
    routes.component("OnlineList", online_list_schema);
}

constexpr auto participant_schema =
    R"({"type":"object","required":["id","_id","username","email","avatar","isActive","isOnline","lastSeen","role"],"properties":{
"id":{"type":"string"},"_id":{"type":"string"},"username":{"type":"string"},"email":{"type":"string"},
"avatar":{"type":["string","null"]},"isActive":{"type":"boolean"},"isOnline":{"type":"boolean"},
"lastSeen":{"type":["string","null"],"format":"date-time"},"role":{"enum":["owner","admin","member"]}}})";

constexpr auto last_message_schema = R"({"type":["object","null"],
"required":["id","_id","content","senderId","sender","messageType","createdAt"],"properties":{
"id":{"type":"string"},"_id":{"type":"string"},"content":{"type":"string"},"senderId":{"type":"string"},
"sender":{"type":"object","required":["id","_id","username"],"properties":{"id":{"type":"string"},
"_id":{"type":"string"},"username":{"type":"string"}}},"messageType":{"$ref":"#/components/schemas/MessageType"},
"createdAt":{"type":"string","format":"date-time"}}})";

constexpr auto conversation_schema =
    R"({"type":"object","required":["id","_id","kind","isDirect","name","participants","participantCount","participantDetails","lastMessage","lastMessageDetails","lastMessageAt","unreadCount","lastSeq","createdAt","updatedAt"],"properties":{
"id":{"type":"string"},"_id":{"type":"string"},"kind":{"enum":["direct","group"]},"isDirect":{"type":"boolean"},
"name":{"type":"string"},"participants":{"type":"array","items":{"$ref":"#/components/schemas/Participant"}},
"participantCount":{"type":"integer"},
"participantDetails":{"type":"array","items":{"$ref":"#/components/schemas/Participant"}},
"lastMessage":{"$ref":"#/components/schemas/LastMessage"},
"lastMessageDetails":{"$ref":"#/components/schemas/LastMessage"},
"lastMessageAt":{"type":["string","null"],"format":"date-time"},"unreadCount":{"type":"integer"},
"lastSeq":{"type":"integer"},"createdAt":{"type":"string","format":"date-time"},
"updatedAt":{"type":"string","format":"date-time"}}})";

constexpr auto conversation_list_schema =
    R"({"type":"object","required":["success","message","data","conversations","pagination"],"properties":{
"success":{"const":true},"message":{"type":"string"},
"data":{"type":"array","items":{"$ref":"#/components/schemas/Conversation"}},
"conversations":{"type":"array","items":{"$ref":"#/components/schemas/Conversation"}},
"pagination":{"$ref":"#/components/schemas/Pagination"}}})";

constexpr auto conversation_answer_schema =
    R"({"type":"object","required":["success","message","data"],"properties":{
"success":{"const":true},"message":{"type":"string"},"data":{"$ref":"#/components/schemas/Conversation"}}})";

constexpr auto message_type_schema =
    R"({"enum":["text","auto","file","image","audio","video","system","offer_update"]})";

constexpr auto message_schema =
    R"({"type":"object","required":["id","_id","conversationId","conversation","seq","senderId","sender","content","messageType","metadata","isRead","readAt","readBy","reactions","editedAt","isDeleted","createdAt","updatedAt"],"properties":{
"id":{"type":"string"},"_id":{"type":"string"},"conversationId":{"type":"string"},"conversation":{"type":"string"},
"seq":{"type":"integer","minimum":1},"senderId":{"type":"string"},
"sender":{"type":"object","required":["id","_id","username","email","avatar"],"properties":{"id":{"type":"string"},
"_id":{"type":"string"},"username":{"type":"string"},"email":{"type":"string"},"avatar":{"type":["string","null"]}}},
"content":{"type":"string"},"messageType":{"$ref":"#/components/schemas/MessageType"},
"metadata":{"type":["object","null"]},"replyTo":{"type":"string"},"clientMessageId":{"type":"string"},
"isRead":{"type":"boolean"},"readAt":{"type":["string","null"],"format":"date-time"},
"readBy":{"type":"array","items":{"type":"object","required":["user","readAt"],"properties":{"user":{"type":"string"},
"readAt":{"type":"string","format":"date-time"}}}},"readCount":{"type":"integer"},"reactions":{"type":"array"},
"editedAt":{"type":["string","null"],"format":"date-time"},"isDeleted":{"type":"boolean"},
"createdAt":{"type":"string","format":"date-time"},"updatedAt":{"type":"string","format":"date-time"}}})";

constexpr auto message_page_schema =
    R"({"type":"object","required":["success","message","data","pagination"],"properties":{
"success":{"const":true},"message":{"type":"string"},
"data":{"type":"object","required":["messages","pagination"],"properties":{
"messages":{"type":"array","items":{"$ref":"#/components/schemas/Message"}},
"pagination":{"$ref":"#/components/schemas/Pagination"}}},"pagination":{"$ref":"#/components/schemas/Pagination"}}})";

constexpr auto message_list_schema =
    R"({"type":"object","required":["success","message","data","pagination"],"properties":{
"success":{"const":true},"message":{"type":"string"},
"data":{"type":"array","items":{"$ref":"#/components/schemas/Message"}},
"pagination":{"$ref":"#/components/schemas/Pagination"}}})";

constexpr auto message_answer_schema =
    R"({"type":"object","required":["success","message","data"],"properties":{
"success":{"const":true},"message":{"type":"string"},
"data":{"allOf":[{"$ref":"#/components/schemas/Message"},{"type":"object","required":["message"],
"properties":{"message":{"$ref":"#/components/schemas/Message"}}}]}}})";

constexpr auto messages_or_message_schema =
    R"({"oneOf":[{"$ref":"#/components/schemas/MessageList"},{"$ref":"#/components/schemas/MessageAnswer"}]})";

constexpr auto read_answer_schema = R"({"type":"object","required":["success","message","data"],"properties":{
"success":{"const":true},"message":{"type":"string"},
"data":{"type":"object","required":["messageId","conversationId","isRead","readAt"],"properties":{
"messageId":{"type":"string"},"conversationId":{"type":"string"},"isRead":{"type":"boolean"},
"readAt":{"type":["string","null"],"format":"date-time"}}}}})";

void add_message_schemas(route_table& routes)
{
    routes.component("Participant", participant_schema);
    routes.component("LastMessage", last_message_schema);
    routes.component("Conversation", conversation_schema);
    routes.component("ConversationList", conversation_list_schema);
    routes.component("ConversationAnswer", conversation_answer_schema);
    routes.component("MessageType", message_type_schema);
    routes.component("Message", message_schema);
    routes.component("MessagePage", message_page_schema);
    routes.component("MessageList", message_list_schema);
    routes.component("MessageAnswer", message_answer_schema);
    routes.component("MessagesOrMessage", messages_or_message_schema);
    routes.component("ReadAnswer", read_answer_schema);
}

constexpr auto search_answer_schema =
    R"({"type":"object","required":["success","message","data"],"properties":{
"success":{"const":true},"message":{"type":"string"},
"data":{"type":"object","required":["messages","total","page","limit","totalPages"],"properties":{
"messages":{"type":"array","items":{"type":"object",
"required":["messageId","conversationId","senderId","senderUsername","content","messageType","timestamp","score"],
"properties":{"messageId":{"type":"string"},"conversationId":{"type":"string"},"senderId":{"type":"string"},
"senderUsername":{"type":"string"},"content":{"type":"string"},"messageType":{"$ref":"#/components/schemas/MessageType"},
"timestamp":{"type":"string","format":"date-time"},"score":{"type":"number"}}}},
"total":{"type":"integer"},"page":{"type":"integer"},"limit":{"type":"integer"},"totalPages":{"type":"integer"}}}}})";

constexpr auto plain_search_schema = R"({"type":"array","items":{"type":"object",
"required":["id","_id","messageId","conversationId","senderId","sender","content","messageType","createdAt","score"],
"properties":{"id":{"type":"string"},"_id":{"type":"string"},"messageId":{"type":"string"},
"conversationId":{"type":"string"},"senderId":{"type":"string"},
"sender":{"type":"object","required":["id","_id","username"],"properties":{"id":{"type":"string"},
"_id":{"type":"string"},"username":{"type":"string"}}},"content":{"type":"string"},
"messageType":{"$ref":"#/components/schemas/MessageType"},"createdAt":{"type":"string","format":"date-time"},
"score":{"type":"number"}}}})";

constexpr auto suggestions_schema = R"({"type":"object","required":["success","message","data"],"properties":{
"success":{"const":true},"message":{"type":"string"},
"data":{"type":"object","required":["suggestions","query"],"properties":{
"suggestions":{"type":"array","items":{"type":"string"}},"query":{"type":"string"}}}}})";

constexpr auto search_stats_schema =
    R"({"type":"object","required":["success","message","data"],"properties":{
"success":{"const":true},"message":{"type":"string"},
"data":{"type":"object","required":["totalMessages","totalConversations"],"properties":{
"totalMessages":{"type":"integer"},"totalConversations":{"type":"integer"}}}}})";

} // namespace

void add_schemas(route_table& routes)
{
    add_account_schemas(routes);
    add_message_schemas(routes);
    routes.component("SearchAnswer", search_answer_schema);
    routes.component("PlainSearchAnswer", plain_search_schema);
    routes.component("Suggestions", suggestions_schema);
    routes.component("SearchStats", search_stats_schema);
}

} // namespace chatd::api::messaging
