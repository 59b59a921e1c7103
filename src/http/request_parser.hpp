#pragma once

#include <chatd/http/request.hpp>

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chatd::http {

/// Fills one request from the bytes of a connection: Beast's grammar (RFC 9112) under our limits. No I/O.
class request_parser final : private boost::beast::http::basic_parser<true> {
  public:
    struct limits {
        std::size_t max_header;
        std::size_t max_target;
        std::size_t max_body;
    };
    enum class status : std::uint8_t {
        need_more,   ///< everything usable was consumed; offer the rest again with more behind it
        header_done, ///< once, before the body is looked at
        done,
        failed ///< see failure(); the connection cannot go on
    };
    struct outcome {
        status what;
        std::size_t consumed;
    };

    /// `into` must outlive the parser.
    request_parser(const limits& l, request& into);

    [[nodiscard]] outcome put(std::string_view bytes);
    /// The HTTP status that says what was wrong: 400, 413, 414, 417, 431, 501, 505.
    [[nodiscard]] std::uint16_t failure() const noexcept { return failure_; }
    [[nodiscard]] bool header_done() const noexcept { return header_seen_; }
    /// May the connection go on after this request? Requires: header_done().
    [[nodiscard]] bool keeps_alive() const { return keep_alive(); }
    [[nodiscard]] bool is_http10() const noexcept { return version_ == 10; }
    /// The client waits for "100 Continue" before it sends the body.
    [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }

  private:
    using base = boost::beast::http::basic_parser<true>;
    using error_code = boost::system::error_code;
    using view = boost::beast::string_view;

    [[nodiscard]] outcome fail(std::uint16_t status) noexcept;
    [[nodiscard]] std::uint16_t status_of(const error_code& ec, std::string_view bytes) const noexcept;
    [[nodiscard]] std::uint16_t check_header() const noexcept;

    void on_request_impl(boost::beast::http::verb verb, view text, view target, int version,
                         error_code& ec) override;
    void on_field_impl(boost::beast::http::field name, view text, view value, error_code& ec) override;
    void on_header_impl(error_code& ec) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override;
    std::size_t on_body_impl(view bytes, error_code& ec) override;
    void on_chunk_header_impl(std::uint64_t size, view extensions, error_code& ec) override;
    std::size_t on_chunk_body_impl(std::uint64_t remain, view bytes, error_code& ec) override;
    void on_finish_impl(error_code& ec) override;
    // Responses only.
    void on_response_impl(int, view, int, error_code&) override {}

    limits limits_;
    request& request_;
    std::size_t header_bytes_ = 0;
    int version_ = 11;
    std::uint16_t failure_ = 0;
    bool header_seen_ = false;
    bool expects_continue_ = false;
};

} // namespace chatd::http
