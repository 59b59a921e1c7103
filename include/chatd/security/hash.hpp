#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Digests and keys. Pure functions, callable from any thread.
namespace chatd::security {

/// Lower-case hex of SHA-256 (FIPS 180-4).
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// The 32 bytes of HMAC-SHA256 (RFC 2104).
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);

/// HKDF-SHA256 (RFC 5869). Requires: length ≤ 8160.
[[nodiscard]] std::string hkdf_sha256(std::string_view secret, std::string_view info, std::size_t length = 32,
                                      std::string_view salt = {});

/// Takes the same time wherever the two differ; their lengths are no secret.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

} // namespace chatd::security
