#pragma once

#include <chatd/async/loop.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace chatd::async {

/// One timer for very many deadlines (heartbeats, typing, lingers): a hashed wheel of 10 ms slots (Varghese &
/// Lauck 1987). Arming and disarming are O(1) and allocate nothing; an entry costs 32 bytes. I/O thread only.
class timer_wheel {
  public:
    using steady = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds resolution{10};

    /// Something with a deadline. Derive; the wheel disarms it before expired() and on destruction.
    class entry : public boost::intrusive::list_base_hook<
                      boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
      public:
        entry() = default;
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;
        [[nodiscard]] bool armed() const noexcept { return is_linked(); }
        void disarm() noexcept { unlink(); }

      protected:
        ~entry() = default;

      private:
        friend class timer_wheel;
        /// Runs on the I/O thread, never before the deadline and usually within 10 ms after it. May re-arm or
        /// destroy *this.
        virtual void expired() noexcept = 0;
        std::int64_t due_tick_ = 0;
    };

    explicit timer_wheel(loop& l);
    ~timer_wheel();
    timer_wheel(const timer_wheel&) = delete;
    timer_wheel& operator=(const timer_wheel&) = delete;

    /// Sets or moves the deadline of `e`. `e` must not outlive the wheel while armed.
    void arm(entry& e, std::chrono::milliseconds from_now);

    /// Disarms every entry; nothing expires or is armed any more.
    void stop();

  private:
    static constexpr std::size_t slot_count = 4096; // a horizon of 41 s; later deadlines go round again
    using slot = boost::intrusive::list<entry, boost::intrusive::constant_time_size<false>>;

    [[nodiscard]] std::int64_t tick_of(steady::time_point t) const noexcept;
    void schedule(std::int64_t tick);
    void turn();
    void serve(slot& s, std::int64_t now);
    [[nodiscard]] std::int64_t next_occupied(std::int64_t from) const noexcept;

    boost::asio::steady_timer timer_;
    steady::time_point start_;
    std::int64_t done_tick_ = 0;      // every slot up to here has been served
    std::int64_t scheduled_tick_ = 0; // what timer_ waits for; 0: nothing
    bool turning_ = false;
    bool stopped_ = false;
    std::shared_ptr<const bool> alive_ = std::make_shared<bool>(true);
    std::array<slot, slot_count> slots_;
};

} // namespace chatd::async
