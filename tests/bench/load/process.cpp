#include "process.hpp"

#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

namespace load {

namespace {

nanoseconds own_cpu()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto span = [](const timeval& t) {
        return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
    };
    return span(used.ru_utime) + span(used.ru_stime);
}

double per_unit_us(nanoseconds span, std::uint64_t units)
{
    return units == 0 ? 0 : to_seconds(span) * 1e6 / static_cast<double>(units);
}

} // namespace

memory_use memory_of(pid_t process)
{
    std::ifstream rollup("/proc/" + std::to_string(process) + "/smaps_rollup");
    memory_use use;
    std::string line;
    while (std::getline(rollup, line)) {
        if (line.starts_with("Rss:"))
            use.resident = std::stoll(line.substr(4));
        if (line.starts_with("Anonymous:"))
            use.anonymous = std::stoll(line.substr(10));
    }
    if (use.resident == 0)
        throw std::runtime_error("cannot read the memory of the server");
    return use;
}

nanoseconds cpu_of(pid_t process)
{
    clockid_t id{};
    timespec used{};
    if (clock_getcpuclockid(process, &id) != 0 || clock_gettime(id, &used) != 0)
        throw std::runtime_error("cannot read the CPU time of the server");
    return std::chrono::seconds(used.tv_sec) + nanoseconds(used.tv_nsec);
}

void raise_file_limit()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void measurement::start()
{
    started_ = now();
    server_cpu_ = cpu_of(server_);
    own_cpu_ = own_cpu();
}

void measurement::stop()
{
    wall_ = now() - started_;
    server_cpu_ = cpu_of(server_) - server_cpu_;
    own_cpu_ = own_cpu() - own_cpu_;
}

void measurement::add_to(report& out, std::string_view unit, std::uint64_t units) const
{
    const std::string name(unit);
    out.add("seconds", seconds());
    out.add(name, units);
    out.add("per_second", static_cast<double>(units) / seconds());
    out.add("server_cpu_us", per_unit_us(server_cpu_, units));
    out.add("server_cpu_share", to_seconds(server_cpu_) / seconds());
    out.add("load_cpu_us", per_unit_us(own_cpu_, units));
    out.add("load_cpu_share", to_seconds(own_cpu_) / seconds());
}

} // namespace load
