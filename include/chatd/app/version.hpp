#pragma once

namespace chatd::app {

inline constexpr const char* version = CHATD_VERSION;

} // namespace chatd::app
