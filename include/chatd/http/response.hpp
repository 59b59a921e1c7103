#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::http {

/// An answer. Content-Length, Date and Connection are the connection's business.
struct response {
    std::uint16_t status = 200;
    std::vector<std::pair<std::string_view, std::string>> headers; ///< names are literals
    /// Further complete header lines, each with its CRLF, that live as long as the process: written as they
    /// are, so that the same dozen security headers are not built for every answer.
    std::string_view header_block;
    std::string body;
    /// Instead of `body`: bytes that live as long as the process (embedded assets).
    std::string_view static_body;

    void set(std::string_view name, std::string value); ///< adds or replaces; `name` must be a literal
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
    [[nodiscard]] std::string_view content() const noexcept
    {
        return static_body.empty() ? body : static_body;
    }
};

[[nodiscard]] response json_response(std::uint16_t status, std::string json);
[[nodiscard]] response text_response(std::uint16_t status, std::string text);
/// "Not Found" for 404; empty when unknown.
[[nodiscard]] std::string_view reason_phrase(std::uint16_t status) noexcept;

} // namespace chatd::http
