#include <chatd/chat/rate_limiter.hpp>

#include <algorithm>
#include <cmath>

namespace chatd::chat {

using std::chrono::milliseconds;
using std::chrono::seconds;

rate_limiter::window& rate_limiter::current(std::string_view key, const rate_rule& rule)
{
    const auto now = clock_.now();
    auto* known = windows_.find(key);
    if (known == nullptr)
        return windows_.put(key, {now + rule.window, 0});
    if (known->ends <= now)
        *known = {now + rule.window, 0};
    return *known;
}

rate_verdict rate_limiter::verdict(const window& w, const rate_rule& rule) const
{
    rate_verdict v;
    v.limit = rule.max;
    v.remaining = std::max<std::int64_t>(0, rule.max - w.count);
    v.reset = std::max(seconds{1}, std::chrono::ceil<seconds>(w.ends - clock_.now()));
    return v;
}

rate_verdict rate_limiter::hit(std::string_view key, const rate_rule& rule)
{
    auto& w = current(key, rule);
    if (w.count < rule.max) {
        ++w.count;
        return verdict(w, rule);
    }
    auto v = verdict(w, rule);
    v.allowed = false;
    return v;
}

void rate_limiter::forgive(std::string_view key)
{
    if (auto* known = windows_.find(key); known != nullptr && known->count > 0)
        --known->count;
}

bool token_bucket::take(double rate, double burst, timestamp now) noexcept
{
    if (now > filled_) {
        const auto gained = std::chrono::duration<double>(now - filled_).count() * rate;
        tokens_ = static_cast<float>(std::min(burst, static_cast<double>(tokens_) + gained));
        filled_ = now;
    }
    if (tokens_ < 1.0F)
        return false;
    tokens_ -= 1.0F;
    return true;
}

milliseconds token_bucket::wait(double rate) const noexcept
{
    const auto missing = 1.0 - static_cast<double>(tokens_);
    if (missing <= 0 || rate <= 0)
        return milliseconds{0};
    return milliseconds{static_cast<std::int64_t>(std::ceil(missing / rate * 1000))};
}

} // namespace chatd::chat
