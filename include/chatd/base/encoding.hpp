#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chatd::encoding {

/// RFC 4648 section 4, with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Accepts padded and unpadded input; empty on any other character or a bad length.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// RFC 4648 section 5, without padding.
[[nodiscard]] std::string to_base64url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

/// Lower case.
[[nodiscard]] std::string to_hex(std::string_view bytes);

} // namespace chatd::encoding
