#include "secrets.hpp"

#include <chatd/app/application.hpp>
#include <chatd/app/command_line.hpp>
#include <chatd/app/process.hpp>
#include <chatd/base/log.hpp>
#include <chatd/config/loader.hpp>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace chatd::app {
namespace {

constexpr int wrong_settings = 2;

/// One socket is one descriptor: take what the system gives.
void raise_descriptor_limit() noexcept
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/// Few threads allocate at a time; more arenas only keep more memory back.
void tame_allocator() noexcept
{
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

bool make_folder(const std::string& path)
{
    if (mkdir(path.c_str(), 0750) == 0 || errno == EEXIST)
        return true;
    std::cerr << "chatd: " << path << ": " << std::strerror(errno) << '\n';
    return false;
}

int complain(const error& e)
{
    std::cerr << "chatd: " << e.detail << '\n';
    return e.code == errc::invalid ? wrong_settings : 1;
}

void start_log(const config::settings& s, const std::string& data_dir, bool console)
{
    log::options o;
    o.threshold = s.log.level;
    o.console = console;
    o.directory = s.log.dir.empty() ? data_dir + "/logs" : s.log.dir;
    log::start(o);
}

int serve(config::loaded&& configuration, const command_line& cli)
{
    start_log(configuration.values, cli.data_dir, configuration.values.log.console);
    for (const auto& warning : configuration.warnings)
        log::warn("config", "setting", {{"warning", warning}});
    application app(std::move(configuration.values), cli.sources, cli.data_dir);
    auto started = app.start();
    if (!started) {
        log::error("app", "start failed", {{"reason", started.error().detail}});
        log::stop();
        return complain(started.error());
    }
    for (const auto& url : app.urls()) {
        log::info("app", "listening", {{"url", url}});
        std::cout << "chatd serves " << url << "  (try it: " << url << "/try, API: " << url << "/api-docs)"
                  << std::endl;
    }
    app.run();
    log::info("app", "stopped");
    log::stop();
    return 0;
}

int execute(config::loaded&& configuration, const command_line& cli)
{
    if (!make_folder(cli.data_dir))
        return 1;
    auto secrets = complete_secrets(configuration.values, cli.data_dir);
    if (!secrets)
        return complain(secrets.error());
    if (cli.command == command::create_user)
        return create_user(configuration.values, cli.data_dir, cli.user);
    return serve(std::move(configuration), cli);
}

} // namespace

int run_chatd(int argc, char** argv)
{
    command_line cli;
    if (const auto status = parse_command_line(argc, argv, cli))
        return *status;
    raise_descriptor_limit();
    tame_allocator();
    switch (cli.command) {
    case command::print_openapi:
        std::cout << print_openapi();
        return 0;
    case command::print_config_reference:
        std::cout << config::reference_markdown();
        return 0;
    default:
        break;
    }
    auto configuration = config::load(cli.sources);
    if (!configuration)
        return complain(configuration.error());
    if (cli.command == command::check_config) {
        std::cout << config::describe_values(*configuration);
        return 0;
    }
    return execute(std::move(*configuration), cli);
}

} // namespace chatd::app
