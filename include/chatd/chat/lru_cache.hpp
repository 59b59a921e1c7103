#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace chatd::chat {

/// A map of at most `capacity` entries that forgets the least recently used one. One thread; pointers die
/// with the next put() or add().
template <class Value>
class lru_cache {
  public:
    explicit lru_cache(std::size_t capacity) : capacity_(capacity > 0 ? capacity : 1) {}
    lru_cache(const lru_cache&) = delete;
    lru_cache& operator=(const lru_cache&) = delete;

    /// Null when unknown or forgotten. Counts as a use.
    [[nodiscard]] Value* find(std::string_view key)
    {
        const auto found = index_.find(key);
        if (found == index_.end())
            return nullptr;
        order_.splice(order_.begin(), order_, found->second);
        return &found->second->second;
    }

    /// Adds or replaces.
    Value& put(std::string_view key, Value value)
    {
        if (Value* known = find(key)) {
            *known = std::move(value);
            return *known;
        }
        return insert(key, std::move(value));
    }

    /// Adds unless there is one already, which is then kept: what a slow load found must not undo a later
    /// write.
    Value& add(std::string_view key, Value value)
    {
        if (Value* known = find(key))
            return *known;
        return insert(key, std::move(value));
    }

    void erase(std::string_view key)
    {
        const auto found = index_.find(key);
        if (found == index_.end())
            return;
        const auto entry = found->second;
        index_.erase(found);
        order_.erase(entry);
    }

    [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }

  private:
    using entries = std::list<std::pair<std::string, Value>>;

    Value& insert(std::string_view key, Value value)
    {
        order_.emplace_front(std::string(key), std::move(value));
        index_.emplace(order_.front().first, order_.begin());
        if (index_.size() > capacity_) {
            index_.erase(order_.back().first);
            order_.pop_back();
        }
        return order_.front().second;
    }

    std::size_t capacity_;
    entries order_; // most recently used first
    std::unordered_map<std::string_view, typename entries::iterator> index_;
};

} // namespace chatd::chat
