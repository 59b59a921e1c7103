#pragma once

#include <chatd/config/loader.hpp>

#include <optional>
#include <string>
#include <vector>

namespace chatd::app {

enum class command { serve, check_config, print_openapi, print_config_reference, create_user };

/// `chatd user create`.
struct new_user {
    std::string username, email, password;
    bool admin = false;
};

struct command_line {
    app::command command = command::serve;
    config::sources sources;
    std::string data_dir = "var";
    new_user user;
};

/// Reads the arguments; prints help, version or the complaint itself and answers the exit status when nothing
/// is left to do.
[[nodiscard]] std::optional<int> parse_command_line(int argc, char** argv, command_line& out);

} // namespace chatd::app
