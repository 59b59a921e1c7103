#pragma once

#include <chatd/async/loop.hpp>
#include <chatd/async/thread_pool.hpp>
#include <chatd/async/timer_wheel.hpp>
#include <chatd/base/clock.hpp>
#include <chatd/chat/core.hpp>
#include <chatd/config/settings.hpp>
#include <chatd/presence/in_memory.hpp>
#include <chatd/sql/sqlite_database.hpp>
#include <chatd/storage/stores.hpp>

#include <string>

namespace chatd::app {

/// The part of a process without a wire: loop, pools, database, core. Members in dependency order.
struct backend {
    /// `data_dir` exists. Secrets are complete.
    backend(const config::settings& s, const std::string& data_dir);

    system_clock time;
    async::loop loop;
    async::timer_wheel wheel;
    async::thread_pool hashing;
    sql::sqlite_database database;
    storage::stores stores;
    presence::in_memory online;
    chat::core core;
};

/// Runs the loop until somebody stops it, even while all work is on other threads. It can be run again.
void run_until_stopped(async::loop& l);

} // namespace chatd::app
