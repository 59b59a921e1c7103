#pragma once

#include <chatd/base/result.hpp>
#include <chatd/config/settings.hpp>

#include <string>

namespace chatd::app {

/// Completes the JWT secrets: a missing access secret is made once and kept in `<data_dir>/jwt.secret` (mode
/// 0600); a missing refresh secret is derived from it (HKDF-SHA256, info `refresh`). Blocks: call before
/// serving. unavailable: the file cannot be read or written.
[[nodiscard]] result<void> complete_secrets(config::settings& s, const std::string& data_dir);

} // namespace chatd::app
