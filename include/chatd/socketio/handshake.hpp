#pragma once

#include <chatd/http/request.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chatd::socketio {

/// What is kept of the HTTP request that opened a connection: one block, as small as its texts.
class handshake {
  public:
    explicit handshake(const http::request& r);

    /// Client address (contract section 1).
    [[nodiscard]] std::string_view address() const noexcept { return part(0); }
    [[nodiscard]] std::string_view authorization() const noexcept { return part(1); }
    [[nodiscard]] std::string_view user_agent() const noexcept { return part(2); }
    [[nodiscard]] std::string_view origin() const noexcept { return part(3); }
    /// The raw query without Engine.IO's own parameters.
    [[nodiscard]] std::string_view query() const noexcept { return part(4); }
    /// First value of a parameter of query(), decoded; empty when absent or badly encoded.
    [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;

    [[nodiscard]] bool secure() const noexcept { return secure_; }
    [[nodiscard]] std::uint16_t local_port() const noexcept { return local_port_; }
    /// 4 or 3.
    [[nodiscard]] int eio_version() const noexcept { return eio_version_; }
    /// False for clients that would hand a recovery offset to the application (contract section 9).
    [[nodiscard]] bool may_recover() const noexcept { return may_recover_; }

  private:
    [[nodiscard]] std::string_view part(std::size_t n) const noexcept
    {
        const std::size_t begin = n == 0 ? 0 : ends_[n - 1];
        return std::string_view(texts_).substr(begin, ends_[n] - begin);
    }

    std::string texts_;
    std::array<std::uint16_t, 5> ends_{};
    std::uint16_t local_port_ = 0;
    std::uint8_t eio_version_ = 4;
    bool secure_ = false;
    bool may_recover_ = true;
};

} // namespace chatd::socketio
