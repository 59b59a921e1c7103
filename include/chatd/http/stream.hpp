#pragma once

#include <chatd/http/poller.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sys/uio.h>

struct ssl_st;

namespace chatd::http {

/// A non-blocking byte stream on an accepted socket, plain TCP or TLS (OpenSSL), that tells when it is ready
/// instead of holding buffers. Owns the socket and closes it. I/O thread only.
class stream final : private poller::watcher {
  public:
    enum class status : std::uint8_t {
        done,  ///< `bytes` > 0 were moved
        again, ///< not ready: wait for readiness
        end,   ///< the peer sends nothing more (reading only)
        failed ///< the connection is broken
    };
    struct outcome {
        status what = status::failed;
        std::size_t bytes = 0;
    };

    /// Takes ownership of `fd` (non-blocking) and of `ssl` (null: plain TCP). `lease` is dropped with the
    /// socket: it counts connections per address.
    stream(poller& p, int fd, ssl_st* ssl, std::shared_ptr<void> lease);
    ~stream();
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;

    /// Whom to tell from now on; it must outlive the stream or be replaced. Reading is wanted at first.
    void attach(poller::watcher& w) noexcept { watcher_ = &w; }
    void want_read(bool on) noexcept { want(poller::readable, on); }
    void want_write(bool on) noexcept { want(poller::writable, on); }

    [[nodiscard]] outcome read(std::span<char> into) noexcept;
    /// TLS only: decrypted bytes wait, of which the poller knows nothing. Read on.
    [[nodiscard]] bool has_buffered() const noexcept;
    /// Gathered write of what the kernel takes. After `again` the next write must begin with the same bytes.
    [[nodiscard]] outcome write(std::span<const iovec> parts) noexcept;

    /// Sends FIN (TLS: close_notify first); reading goes on.
    void shutdown() noexcept;
    /// Makes the destructor close with RST, so that the kernel keeps nothing of what was unsent.
    void reset() noexcept;
    /// Bounds what the kernel buffers for a reader that stopped (it would grow to 4 MB).
    void bound_send_buffer(int bytes) noexcept;
    [[nodiscard]] bool is_tls() const noexcept { return ssl_ != nullptr; }

  private:
    void on_readable() noexcept override;
    void on_writable() noexcept override;
    void on_hangup() noexcept override;
    void want(std::uint32_t what, bool on) noexcept;
    void apply(std::uint32_t before) noexcept;
    [[nodiscard]] std::uint32_t interest() const noexcept;
    void notify_close() noexcept;
    [[nodiscard]] outcome read_tls(std::span<char> into) noexcept;
    [[nodiscard]] outcome write_tls(std::span<const iovec> parts) noexcept;
    [[nodiscard]] outcome failure_of(int result, std::uint32_t own, std::uint8_t& needs) noexcept;

    poller& poller_;
    poller::watcher* watcher_ = nullptr;
    ssl_st* ssl_;
    std::shared_ptr<void> lease_;
    int fd_;
    // What the owner wants, and what a TLS read or write needs the other direction for (RFC 8446 key
    // updates).
    std::uint8_t wanted_ = poller::readable;
    std::uint8_t read_needs_ = 0;
    std::uint8_t write_needs_ = 0;
    bool is_reset_ = false;
};

} // namespace chatd::http
