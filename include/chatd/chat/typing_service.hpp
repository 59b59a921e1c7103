#pragma once

#include <chatd/async/timer_wheel.hpp>
#include <chatd/chat/conversation_service.hpp>
#include <chatd/chat/event_bus.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace chatd::chat {

/// Who is typing where (contract section 9): a change of state is announced at once, a repeated start at most
/// once per second; typing stops 3 s after the last start, with the typist's message, when he leaves or loses
/// his last socket. Subscribes to `message_posted` and `last_socket_gone`. I/O thread.
class typing_service {
  public:
    typing_service(conversation_service& conversations, event_bus& bus, async::timer_wheel& wheel,
                   const clock& time, const options& o);
    ~typing_service();

    /// not_found, forbidden.
    async::task<result<void>> start(principal who, std::string conversation_id);
    async::task<result<void>> stop(principal who, std::string conversation_id);
    /// For a typist who has gone or left; nothing happens when he was not typing.
    void stopped(std::string_view user_id, std::string_view conversation_id);
    void stop_everywhere(std::string_view user_id);

  private:
    struct state;
    /// By "user/conversation", so that all of a user stand together.
    using typists = std::map<std::string, std::unique_ptr<state>, std::less<>>;
    void end(typists::iterator at);

    conversation_service& conversations_;
    event_bus& bus_;
    async::timer_wheel& wheel_;
    const clock& clock_;
    std::chrono::milliseconds expiry_;
    typists active_;
};

} // namespace chatd::chat
