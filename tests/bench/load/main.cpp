// chatd-load: drives a chat server or a relay from one thread and checks everything that comes back.

#include "modes.hpp"
#include "process.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <string_view>

namespace {

struct mode {
    std::string_view name;
    load::report (*run)(load::context&);
    const char* help;
};

constexpr std::array modes = {
    mode{"setup", load::run_setup, "--out FILE --users N [--partners K] [--messages M]"},
    mode{"idle", load::run_idle, "--sockets N [--users FILE] [--settle S] [--collect 0|1]"},
    mode{"handshakes", load::run_handshakes, "[--users FILE] [--at-once N]"},
    mode{"echo", load::run_echo, "[--sockets N] [--outstanding N]"},
    mode{"broadcast", load::run_broadcast, "[--sockets N] [--in-flight N] [--rate DELIVERIES]"},
    mode{"reconnect", load::run_reconnect, "[--sockets N] [--users FILE] [--at-once N]"},
    mode{"chat", load::run_chat, "--users FILE [--pairs N] [--outstanding N] [--total N]"},
    mode{"latency", load::run_latency, "--users FILE [--pairs N] [--rate MESSAGES]"},
    mode{"http", load::run_http, "--users FILE [--page me|messages] [--connections N]"},
    mode{"logins", load::run_logins, "--users FILE [--pairs N] [--rate MESSAGES] [--at-once N]"},
    mode{"stalled", load::run_stalled, "--users FILE [--rooms N] [--stalled N] [--rate MESSAGES]"},
    mode{"waves", load::run_waves, "[--sockets N] [--waves N] [--users FILE] [--settle S]"},
};

int usage()
{
    std::fputs("usage: chatd-load MODE --port N --pid SERVER [--seconds S] [--warmup S] …\n", stderr);
    for (const auto& one : modes)
        std::fprintf(stderr, "  %-11.*s %s\n", static_cast<int>(one.name.size()), one.name.data(), one.help);
    return 2;
}

} // namespace

int main(int argc, char** argv)
{
    for (const auto& one : modes) {
        if (argc < 2 || one.name != argv[1])
            continue;
        load::report result(one.name);
        try {
            load::raise_file_limit();
            load::options given(argc - 2, argv + 2);
            load::event_loop loop;
            load::context run{given,
                              loop,
                              {static_cast<std::uint16_t>(given.number("port", 3000))},
                              static_cast<pid_t>(given.number("pid", 0))};
            result = one.run(run);
        } catch (const std::exception& error) {
            result.fail(error.what());
        }
        std::fputs(result.line().c_str(), stdout);
        return result.ok() ? 0 : 1;
    }
    return usage();
}
