#pragma once

#include <chatd/app/command_line.hpp>
#include <chatd/base/result.hpp>
#include <chatd/config/settings.hpp>

#include <memory>
#include <string>
#include <vector>

namespace chatd::app {

/// One chatd process: owns every part, in dependency order. The thread that calls run() becomes the I/O
/// thread.
class application {
  public:
    /// `sources` are read again at SIGHUP.
    application(config::settings s, config::sources sources, std::string data_dir);
    ~application();

    /// Opens the database, makes the first admin, listens. The error says what is in the way.
    result<void> start();
    /// Where it can be reached, for people: "http://localhost:3000".
    [[nodiscard]] std::vector<std::string> urls() const;
    /// Serves until SIGTERM or SIGINT, then stops in order within 10 s.
    void run();

  private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

/// openapi.yaml of what an application serves.
[[nodiscard]] std::string print_openapi();

/// `chatd user create` on a stopped or running system: says what it made, or why not. Answers the exit
/// status.
[[nodiscard]] int create_user(const config::settings& s, const std::string& data_dir, const new_user& who);

} // namespace chatd::app
