#pragma once

#include "clock.hpp"
#include "report.hpp"

#include <cstdint>
#include <string_view>
#include <sys/types.h>

namespace load {

/// User-space memory of a process in KiB, from /proc/PID/smaps_rollup.
struct memory_use {
    std::int64_t resident = 0;
    std::int64_t anonymous = 0; ///< what the process allocated: heap, stacks, JIT; no mapped files
};

/// Throws std::runtime_error when the process is gone.
memory_use memory_of(pid_t process);

/// CPU time (user + system, all threads) that a process has used so far; the same figure as utime + stime in
/// /proc/PID/stat, in nanoseconds instead of ticks. Throws std::runtime_error when the process is gone.
nanoseconds cpu_of(pid_t process);

/// Lets this process open as many files as the hard limit permits.
void raise_file_limit();

/// Time and CPU between start() and stop(), of the server and of this generator.
class measurement {
  public:
    explicit measurement(pid_t server) : server_(server) {}

    void start();
    void stop();

    double seconds() const { return to_seconds(wall_); }

    /// Adds seconds, rate, CPU per unit of both sides and the share of a core that the generator used.
    void add_to(report& out, std::string_view unit, std::uint64_t units) const;

  private:
    pid_t server_;
    time_point started_{};
    nanoseconds wall_{}, server_cpu_{}, own_cpu_{};
};

} // namespace load
