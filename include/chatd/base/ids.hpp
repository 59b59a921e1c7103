#pragma once

#include <chatd/base/clock.hpp>

#include <string>
#include <string_view>

namespace chatd {

/// Longest id that is accepted from outside (contract section 1).
inline constexpr std::size_t max_id_bytes = 64;

/// A new UUIDv7 (RFC 9562 section 5.7) in its 36 character form; ids made by one process ascend. Any thread.
[[nodiscard]] std::string make_uuid7(timestamp now);

/// True for 1..64 bytes of printable ASCII without space, quote or backslash: what can be an id of ours or an
/// imported one.
[[nodiscard]] bool is_valid_id(std::string_view id) noexcept;

} // namespace chatd
