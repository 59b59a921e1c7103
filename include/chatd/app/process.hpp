#pragma once

namespace chatd::app {

/// All of chatd: command line, settings, then the command. Answers the exit status: 0 fine, 1 failed, 2 wrong
/// settings.
[[nodiscard]] int run_chatd(int argc, char** argv);

} // namespace chatd::app
