#include <chatd/chat/typing_service.hpp>

#include <utility>

namespace chatd::chat {

namespace {

constexpr std::chrono::milliseconds repeat_interval{1000};

std::string key_of(std::string_view user_id, std::string_view conversation_id)
{
    std::string key;
    key.reserve(user_id.size() + conversation_id.size() + 1);
    key.append(user_id).append("/").append(conversation_id);
    return key;
}

} // namespace

/// One typist in one conversation; alive while typing.
struct typing_service::state final : async::timer_wheel::entry {
    state(typing_service& s, typing_changed f) : service(s), facts(std::move(f)) {}
    void expired() noexcept override { service.stopped(facts.user_id, facts.conversation_id); }

    typing_service& service;
    typing_changed facts; // as announced last
};

typing_service::typing_service(conversation_service& conversations, event_bus& bus, async::timer_wheel& wheel,
                               const clock& time, const options& o)
    : conversations_(conversations), bus_(bus), wheel_(wheel), clock_(time), expiry_(o.typing_expiry)
{
    bus_.subscribe<message_posted>(
        [this](const message_posted& e) { stopped(e.item->sender.id, e.item->conversation_id); });
    bus_.subscribe<last_socket_gone>([this](const last_socket_gone& e) { stop_everywhere(e.user_id); });
}

typing_service::~typing_service() = default;

async::task<result<void>> typing_service::start(principal who, std::string conversation_id)
{
    auto members = co_await conversations_.require_member(conversation_id, who.user_id);
    if (!members)
        co_return std::move(members).error();
    const auto now = clock_.now();
    auto& typist = active_[key_of(who.user_id, conversation_id)];
    const bool begins = typist == nullptr;
    if (begins)
        typist = std::make_unique<state>(
            *this,
            typing_changed{
                std::move(conversation_id), std::move(who.user_id), std::move(who.username), true, now, {}});
    wheel_.arm(*typist, expiry_);
    if (begins || now - typist->facts.at >= repeat_interval) {
        typist->facts.at = now;
        typist->facts.members = std::move(*members);
        bus_.publish(typing_changed(typist->facts));
    }
    co_return result<void>();
}

async::task<result<void>> typing_service::stop(principal who, std::string conversation_id)
{
    auto members = co_await conversations_.require_member(conversation_id, who.user_id);
    if (!members)
        co_return std::move(members).error();
    stopped(who.user_id, conversation_id);
    co_return result<void>();
}

void typing_service::stopped(std::string_view user_id, std::string_view conversation_id)
{
    if (active_.empty())
        return;
    if (const auto found = active_.find(key_of(user_id, conversation_id)); found != active_.end())
        end(found);
}

void typing_service::stop_everywhere(std::string_view user_id)
{
    const auto first = key_of(user_id, "");
    for (auto at = active_.lower_bound(first); at != active_.end() && at->first.starts_with(first);)
        end(at++);
}

void typing_service::end(typists::iterator at)
{
    const auto typist = std::move(at->second);
    active_.erase(at);
    typist->disarm();
    typist->facts.active = false;
    typist->facts.at = clock_.now();
    bus_.publish(typist->facts);
}

} // namespace chatd::chat
