#pragma once

#include "event_loop.hpp"
#include "options.hpp"
#include "report.hpp"
#include "stream.hpp"

#include <sys/types.h>

namespace load {

/// What every mode works with.
struct context {
    options& given;
    event_loop& loop;
    target to;
    pid_t server; ///< whose CPU and memory count
};

// Each mode is one row of the table in docs/performance.md, except setup, which prepares accounts.
report run_setup(context& run);
report run_idle(context& run);
report run_handshakes(context& run);
report run_echo(context& run);
report run_broadcast(context& run);
report run_reconnect(context& run);
report run_chat(context& run);
report run_latency(context& run);
report run_http(context& run);
report run_logins(context& run);
report run_stalled(context& run);
report run_waves(context& run);

} // namespace load
