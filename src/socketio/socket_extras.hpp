#pragma once

#include "packet.hpp"

#include <chatd/async/timer_wheel.hpp>
#include <chatd/socketio/socket.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace chatd::socketio {

/// What few sockets need at a time: questions that wait for an answer, and packets held after a recovery.
struct socket::extras {
    class question final : public async::timer_wheel::entry {
      public:
        question(socket& s, std::uint64_t number, answer_handler f)
            : owner_(s), id(number), done(std::move(f))
        {
        }

      private:
        void expired() noexcept override;

        socket& owner_;

      public:
        std::uint64_t id;
        answer_handler done;
    };

    class held_packets final : public async::timer_wheel::entry {
      public:
        explicit held_packets(socket& s) noexcept : owner_(s) {}
        std::vector<encoded_packet> packets;
        std::size_t bytes = 0;

      private:
        void expired() noexcept override { owner_.release_held(); }

        socket& owner_;
    };

    std::vector<std::unique_ptr<question>> questions;
    std::uint64_t next_question = 0;
    std::unique_ptr<held_packets> held;

    /// Takes a question out; null when it was answered or has timed out.
    [[nodiscard]] std::unique_ptr<question> take(std::uint64_t id) noexcept;
    /// The socket is gone.
    void fail_all() noexcept;
};

} // namespace chatd::socketio
