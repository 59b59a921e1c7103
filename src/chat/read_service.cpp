#include <chatd/chat/read_service.hpp>

#include <utility>

namespace chatd::chat {

read_service::read_service(read_store& store, message_store& messages, conversation_service& conversations,
                           event_bus& bus, const clock& time)
    : store_(store), messages_(messages), conversations_(conversations), bus_(bus), clock_(time)
{
}

async::task<result<read_change>> read_service::mark(principal who, std::string message_id)
{
    auto change = co_await store_.mark_message(std::move(message_id), who.user_id, clock_.now());
    if (!change)
        co_return std::move(change).error();
    co_return co_await announce(std::move(who), std::move(*change));
}

async::task<result<read_change>> read_service::unmark(principal who, std::string message_id)
{
    return store_.unmark_message(std::move(message_id), std::move(who.user_id), clock_.now());
}

async::task<result<read_change>> read_service::mark_up_to(principal who, std::string conversation_id,
                                                          std::optional<std::string> up_to)
{
    auto change =
        co_await store_.mark_up_to(std::move(conversation_id), who.user_id, std::move(up_to), clock_.now());
    if (!change)
        co_return std::move(change).error();
    co_return co_await announce(std::move(who), std::move(*change));
}

async::task<result<read_change>> read_service::announce(principal who, read_change change)
{
    if (!change.changed)
        co_return change;
    auto members = co_await conversations_.require_member(change.conversation_id, who.user_id);
    if (members)
        bus_.publish(read_changed{change.conversation_id, change.message_id, std::move(who.user_id),
                                  std::move(who.username), change.read_at, std::move(*members)});
    co_return change;
}

async::task<result<void>> read_service::delivered(principal who, std::string message_id)
{
    auto found = co_await messages_.find(std::move(message_id), who.user_id);
    if (!found)
        co_return std::move(found).error();
    if (found->sender.id != who.user_id)
        bus_.publish(message_delivered{found->id, found->conversation_id, found->sender.id,
                                       std::move(who.user_id), clock_.now()});
    co_return result<void>();
}

} // namespace chatd::chat
