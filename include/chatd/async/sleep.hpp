#pragma once

#include <chatd/async/loop.hpp>
#include <chatd/async/task.hpp>

#include <chrono>

namespace chatd::async {

/// Resumes on the I/O thread after `d` (or earlier when the loop stops). I/O thread.
task<void> sleep(loop& l, std::chrono::milliseconds d);

} // namespace chatd::async
