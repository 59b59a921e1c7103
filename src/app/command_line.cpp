#include <chatd/app/command_line.hpp>
#include <chatd/app/version.hpp>

#include <CLI/CLI.hpp>

#include <iostream>

namespace chatd::app {
namespace {

/// Passwords on a command line are seen by everybody on the machine, so the usual way is standard input.
void read_password(new_user& user)
{
    if (user.password.empty())
        std::getline(std::cin, user.password);
}

} // namespace

std::optional<int> parse_command_line(int argc, char** argv, command_line& out)
{
    CLI::App cli{"chatd: chat over REST and Socket.IO", "chatd"};
    bool check = false, openapi = false, reference = false;
    std::string file;
    cli.add_option("--config", file, "JSON file with settings (docs/configuration.md)")->type_name("FILE");
    cli.add_option("--set", out.sources.sets, "One setting; stronger than file and environment; repeatable")
        ->type_name("PATH=VALUE")
        ->allow_extra_args(false);
    cli.add_option("--data-dir", out.data_dir, "Folder of database, logs and generated secret")
        ->type_name("DIR")
        ->capture_default_str();
    cli.add_flag("--check-config", check, "Print every setting and where it comes from, then exit");
    cli.add_flag("--print-openapi", openapi, "Print openapi.yaml, then exit");
    cli.add_flag("--print-config-reference", reference, "Print docs/configuration.md, then exit");
    cli.set_version_flag("--version", std::string("chatd ") + version);

    auto* user = cli.add_subcommand("user", "Accounts")->require_subcommand(1)->fallthrough();
    auto* create = user->add_subcommand("create", "Make an account; the password is read from standard input")
                       ->fallthrough();
    create->add_option("--username", out.user.username, "3 to 30 of A-Z a-z 0-9 _")->required();
    create->add_option("--email", out.user.email, "E-mail address")->required();
    create->add_option("--password", out.user.password, "Instead of standard input (visible to other users)");
    create->add_flag("--admin", out.user.admin, "With the role ADMIN");

    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return cli.exit(e);
    }
    if (!file.empty())
        out.sources.file = file;
    if (create->parsed()) {
        out.command = command::create_user;
        read_password(out.user);
    } else if (check) {
        out.command = command::check_config;
    } else if (openapi) {
        out.command = command::print_openapi;
    } else if (reference) {
        out.command = command::print_config_reference;
    }
    return std::nullopt;
}

} // namespace chatd::app
