#pragma once

#include <chatd/async/timer_wheel.hpp>
#include <chatd/chat/ports.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace chatd::presence {

/// Presence of one process. About 100 bytes per user online; a timer exists only while somebody lingers. I/O
/// thread.
class in_memory final : public chat::presence {
  public:
    /// `linger`: how long after the last socket a user stays online (a reload is not noticed).
    in_memory(async::timer_wheel& wheel, std::chrono::milliseconds linger);
    ~in_memory() override;

    void connected(std::string_view user_id) override;
    bool disconnected(std::string_view user_id) override;
    [[nodiscard]] bool is_online(std::string_view user_id) const override;
    [[nodiscard]] std::int64_t online_count() const override;
    [[nodiscard]] std::vector<std::string> online_ids(std::size_t limit) const override;
    void on_change(std::function<void(const std::string&, bool)> f) override;

  private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };
    struct linger_entry;

    void gone(const std::string& user_id);

    async::timer_wheel& wheel_;
    std::chrono::milliseconds linger_;
    std::unordered_map<std::string, std::uint32_t, hash, std::equal_to<>> sockets_; // 0 while lingering
    std::unordered_map<std::string, std::unique_ptr<linger_entry>, hash, std::equal_to<>> lingering_;
    std::function<void(const std::string&, bool)> changed_;
};

} // namespace chatd::presence
