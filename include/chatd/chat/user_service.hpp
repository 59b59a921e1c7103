#pragma once

#include <chatd/chat/event_bus.hpp>
#include <chatd/chat/lru_cache.hpp>
#include <chatd/chat/options.hpp>
#include <chatd/chat/ports.hpp>
#include <chatd/chat/single_flight.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::chat {

/// A user as the caches hold it: immutable, shared, without the password hash.
using user_ptr = std::shared_ptr<const user>;

[[nodiscard]] user_card card_of(const user& u);

/// Users by id through a bounded cache, and lists of them. I/O thread.
class user_service {
  public:
    user_service(user_store& store, event_bus& bus, async::gate& work, const options& o);

    /// not_found; from the cache without a hop when it is there.
    async::task<result<user_ptr>> find(std::string id);
    /// Null when it is not in the cache.
    [[nodiscard]] user_ptr cached(std::string_view id);
    /// Those that exist, in the order of `ids`; one hop for all that are not cached. At most 1000 ids.
    async::task<result<std::vector<user_ptr>>> find_many(std::vector<std::string> ids);
    /// Active users by username.
    async::task<result<page<user>>> list(user_query q);

    /// Takes in what a write has answered; announces `user_updated` when it was known with other public
    /// fields.
    user_ptr remember(user u);
    /// The last socket went at `at`: shown at once, stored by presence_service.
    void seen(std::string_view id, timestamp at);

  private:
    async::task<result<user_ptr>> load(std::string id);

    user_store& store_;
    event_bus& bus_;
    lru_cache<user_ptr> cache_;
    single_flight<user_ptr> loads_;
};

} // namespace chatd::chat
