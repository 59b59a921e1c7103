#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace chatd::websocket {

/// Close codes of RFC 6455 section 7.4.1 that are used here.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t none = 1005;     ///< never sent: the peer's close frame had no code
inline constexpr std::uint16_t abnormal = 1006; ///< never sent: the connection broke without a close frame
inline constexpr std::uint16_t bad_data = 1007;
inline constexpr std::uint16_t too_big = 1009;
} // namespace close_code

/// True for codes that an endpoint may put into a close frame (RFC 6455 section 7.4, IANA registry).
[[nodiscard]] bool is_valid_close_code(std::uint16_t code) noexcept;

/// What next() found. `payload` lives until the following call of next() or feed().
struct event {
    enum class kind : std::uint8_t {
        none,   ///< everything fed has been consumed
        text,   ///< a complete message of valid UTF-8
        binary, ///< a complete message
        ping,
        pong,
        close, ///< `code` is the peer's, or close_code::none; nothing more will come
        failed ///< a rule was broken, `code` is what to close with; nothing more will come
    };
    kind what = kind::none;
    std::uint16_t code = 0;
    std::string_view payload;
};

/// Decoder of the frames that a client sends (RFC 6455 section 5), free of any socket. Complete unfragmented
/// messages are unmasked where they lie and never copied; 24 bytes as long as nothing is incomplete.
///
///     decoder.feed(bytes);
///     for (auto e = decoder.next(); e.what != event::kind::none; e = decoder.next()) …
class codec {
  public:
    /// `max_message`: bytes of a message over all its fragments; more fails with 1009 before they are read.
    explicit codec(std::size_t max_message) noexcept;
    ~codec();
    codec(codec&&) noexcept;

    /// Hands bytes in; they are changed (unmasked) and must stay valid until next() has returned none.
    /// Requires: next() has returned none since the last call.
    void feed(std::span<char> bytes) noexcept { input_ = bytes; }
    [[nodiscard]] event next();
    /// True between frames and messages.
    [[nodiscard]] bool holds_nothing() const noexcept { return partial_ == nullptr; }

  private:
    struct header;
    struct partial;

    [[nodiscard]] event fail(std::uint16_t code) noexcept;
    [[nodiscard]] std::uint16_t check(const header& h) const noexcept;
    [[nodiscard]] event whole_frame(const header& h);
    [[nodiscard]] event resume();
    [[nodiscard]] event continue_data();
    [[nodiscard]] event continue_control();
    [[nodiscard]] event control(std::uint8_t op, std::string_view payload) noexcept;
    [[nodiscard]] event close_frame(std::string_view payload) noexcept;

    std::span<char> input_;
    std::unique_ptr<partial> partial_;
    std::size_t max_message_;
    bool over_ = false;
};

} // namespace chatd::websocket
