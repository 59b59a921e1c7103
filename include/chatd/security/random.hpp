#pragma once

#include <cstddef>
#include <string>

/// Unpredictable values from the kernel's generator. Any thread.
namespace chatd::security {

[[nodiscard]] std::string random_bytes(std::size_t count);

/// base64url of `bytes` random bytes: token ids, secrets.
[[nodiscard]] std::string random_token(std::size_t bytes = 16);

} // namespace chatd::security
