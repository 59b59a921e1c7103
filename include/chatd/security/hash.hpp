#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

/// Digests and keys. Pure functions, callable from any thread.
namespace chatd::security {

/// Lower-case hex of SHA-256 (FIPS 180-4).
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// The 32 bytes of HMAC-SHA256 (RFC 2104).
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);

/// A key whose HMACs are made often: what depends on the key alone is computed once. Copies share it. Any
/// thread.
class hmac_key {
  public:
    explicit hmac_key(std::string_view key);

    /// The 32 bytes of HMAC-SHA256.
    [[nodiscard]] std::string sign(std::string_view message) const;

  private:
    struct midstates;
    std::shared_ptr<const midstates> midstates_;
};

/// HKDF-SHA256 (RFC 5869). Requires: length ≤ 8160.
[[nodiscard]] std::string hkdf_sha256(std::string_view secret, std::string_view info, std::size_t length = 32,
                                      std::string_view salt = {});

/// Takes the same time wherever the two differ; their lengths are no secret.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

} // namespace chatd::security
