#pragma once

#include <chatd/base/clock.hpp>
#include <chatd/chat/lru_cache.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chatd::chat {

/// So many calls per window.
struct rate_rule {
    std::int64_t max = 0;
    std::chrono::milliseconds window{0};
};

/// What a counter says after (or without) counting; becomes RateLimit-* headers.
struct rate_verdict {
    bool allowed = true;
    std::int64_t limit = 0, remaining = 0;
    std::chrono::seconds reset{0}; ///< until the window is over, rounded up; at least 1
};

/// Fixed-window counters by key in bounded memory: the least recently used go first. I/O thread.
class rate_limiter {
  public:
    rate_limiter(const clock& time, std::size_t max_keys) : clock_(time), windows_(max_keys) {}

    /// Counts one call. `key` names rule and caller, e.g. "login/127.0.0.1/ada".
    rate_verdict hit(std::string_view key, const rate_rule& rule);
    /// Takes one hit() back: what turned out to be allowed after all (a right password) does not count.
    void forgive(std::string_view key);

  private:
    struct window {
        timestamp ends;
        std::int64_t count = 0;
    };
    window& current(std::string_view key, const rate_rule& rule);
    [[nodiscard]] rate_verdict verdict(const window& w, const rate_rule& rule) const;

    const clock& clock_;
    lru_cache<window> windows_;
};

/// A token bucket in 16 bytes, one per socket and kind of event (contract section 1, socket limits).
class token_bucket {
  public:
    token_bucket(double burst, timestamp now) noexcept : tokens_(static_cast<float>(burst)), filled_(now) {}

    /// Takes one token; false when there is none, and then `wait()` says when there will be.
    [[nodiscard]] bool take(double rate, double burst, timestamp now) noexcept;
    [[nodiscard]] std::chrono::milliseconds wait(double rate) const noexcept;

  private:
    float tokens_;
    timestamp filled_;
};

} // namespace chatd::chat
