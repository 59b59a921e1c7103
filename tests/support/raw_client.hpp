#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace chatd::testing {

/// A blocking TCP client that sends exactly what it is told. Waits at most `patience` for anything.
class raw_client {
  public:
    static constexpr std::chrono::milliseconds patience{5'000};

    explicit raw_client(std::uint16_t port, int receive_buffer = 0)
    {
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (receive_buffer > 0)
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        is_connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    }
    ~raw_client() { ::close(fd_); }
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;

    [[nodiscard]] bool is_connected() const { return is_connected_; }
    /// False when the peer has reset the connection.
    bool send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    void finish_sending() { ::shutdown(fd_, SHUT_WR); }
    /// Closes with RST.
    void reset()
    {
        const linger at_once{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        ::close(fd_);
        fd_ = -1;
    }

    /// Reads until `text` has come; all that was read since the last call, without it when it never came.
    std::string read_until(std::string_view text)
    {
        while (seen_.find(text) == std::string::npos && receive()) {
        }
        const auto at = seen_.find(text);
        const auto end = at == std::string::npos ? seen_.size() : at + text.size();
        auto out = seen_.substr(0, end);
        seen_.erase(0, end);
        return out;
    }
    std::string read(std::size_t n)
    {
        while (seen_.size() < n && receive()) {
        }
        auto out = seen_.substr(0, n);
        seen_.erase(0, n);
        return out;
    }
    /// Head and body of one answer with Content-Length.
    std::string read_response()
    {
        auto out = read_until("\r\n\r\n");
        const auto at = out.find("Content-Length: ");
        if (at != std::string::npos)
            out += read(std::strtoul(out.c_str() + at + 16, nullptr, 10));
        return out;
    }
    std::string read_to_end()
    {
        while (receive()) {
        }
        return std::exchange(seen_, {});
    }
    /// True when the peer has closed or reset; false when it is still there after `patience`.
    bool sees_end()
    {
        while (receive()) {
        }
        return has_ended_;
    }
    [[nodiscard]] bool was_reset() const { return was_reset_; }

  private:
    bool receive()
    {
        pollfd p{fd_, POLLIN, 0};
        if (has_ended_ || ::poll(&p, 1, static_cast<int>(patience.count())) != 1)
            return false;
        char buffer[65536];
        const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
        if (n <= 0) {
            has_ended_ = true;
            was_reset_ = n < 0 && errno == ECONNRESET;
            return false;
        }
        seen_.append(buffer, static_cast<std::size_t>(n));
        return true;
    }

    int fd_ = -1;
    bool is_connected_ = false;
    bool has_ended_ = false;
    bool was_reset_ = false;
    std::string seen_;
};

} // namespace chatd::testing
