#pragma once

#include <chatd/chat/events.hpp>

#include <functional>
#include <tuple>
#include <utility>
#include <vector>

namespace chatd::chat {

/// Hands each event to everyone who subscribed to its type, in the order of subscription, before publish()
/// returns. Subscribers outlive the last publish. I/O thread.
class event_bus {
  public:
    template <class Event>
    void subscribe(std::function<void(const Event&)> f)
    {
        std::get<subscribers<Event>>(all_).push_back(std::move(f));
    }

    template <class Event>
    void publish(const Event& e) const
    {
        for (const auto& f : std::get<subscribers<Event>>(all_))
            f(e);
    }

  private:
    template <class Event>
    using subscribers = std::vector<std::function<void(const Event&)>>;

    std::tuple<subscribers<message_posted>, subscribers<message_delivered>, subscribers<read_changed>,
               subscribers<typing_changed>, subscribers<presence_changed>, subscribers<conversation_opened>,
               subscribers<call_signalled>, subscribers<session_revoked>, subscribers<user_signed_out>,
               subscribers<user_deactivated>, subscribers<user_updated>, subscribers<last_socket_gone>>
        all_;
};

} // namespace chatd::chat
