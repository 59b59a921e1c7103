#pragma once

#include <chatd/async/task.hpp>

#include <cstddef>
#include <functional>
#include <string_view>

namespace chatd::async {

/// Counts the coroutines that were started at a border and lets a stopping owner wait for them. I/O thread
/// only.
class gate {
  public:
    gate() = default;
    gate(const gate&) = delete;
    gate& operator=(const gate&) = delete;
    ~gate();

    [[nodiscard]] bool closed() const noexcept { return closed_; }
    [[nodiscard]] std::size_t inside() const noexcept { return inside_; }

    /// Refuses new work from now on and calls `drained` once nothing is inside (at once when nothing is).
    void close(std::function<void()> drained);

  private:
    friend void spawn(gate& g, std::string_view name, task<void> work);
    friend struct spawned;
    void leave() noexcept;

    std::size_t inside_ = 0;
    bool closed_ = false;
    std::function<void()> drained_;
};

/// Starts a coroutine that nobody awaits: counted by `g`, its exception logged under `name` (a literal). On a
/// closed gate the task is dropped unstarted. I/O thread.
void spawn(gate& g, std::string_view name, task<void> work);

} // namespace chatd::async
