#pragma once

#include "event_loop.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace load {

/// Where the server listens: always loopback.
struct target {
    std::uint16_t port = 0;
};

/// How one connection leaves this machine's side.
struct socket_settings {
    unsigned source = 0;    ///< connects from 127.0.0.(1 + source), because one address has only 28 000 ports
    int receive_buffer = 0; ///< bytes for SO_RCVBUF; 0 leaves it to the kernel
};

/// A TCP connection on the loop: gathers what is written, keeps only the incomplete tail of what arrives.
class stream : public event_handler {
  public:
    explicit stream(event_loop& loop) : loop_(loop) {}
    virtual ~stream();
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;

    /// Starts to connect; what is written before it is established goes out then. Throws std::system_error.
    void open(const target& to, const socket_settings& settings = {});

    bool is_open() const { return fd_ >= 0; }

    /// Queues bytes; flush() or the end of the handler that is running sends them.
    void write(std::string_view bytes) { out_.append(bytes); }
    void flush();

    /// Closes in order (FIN).
    void close();

    /// Drops the connection (RST), as a phone that leaves the network would look to the server at best.
    void reset();

    /// From now on nothing is read; only the loss of the connection is noticed.
    void stop_reading();

    void on_ready(std::uint32_t events) final;

  protected:
    /// Takes what can be taken from the front and returns how many bytes that was.
    virtual std::size_t on_bytes(std::string_view bytes) = 0;

    /// The server closed the connection or it failed.
    virtual void on_lost() = 0;

    event_loop& loop() { return loop_; }

  private:
    void receive();
    void lose();

    event_loop& loop_;
    int fd_ = -1;
    unsigned generation_ = 0; ///< counts closes, because descriptors are reused
    bool reading_ = true;
    bool waits_to_write_ = false;
    std::string out_;
    std::string partial_;
};

} // namespace load
