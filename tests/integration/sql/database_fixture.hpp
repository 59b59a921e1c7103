#pragma once

#include <chatd/async/gate.hpp>
#include <chatd/async/loop.hpp>
#include <chatd/async/task.hpp>
#include <chatd/sql/sqlite_database.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <unistd.h>

namespace chatd::sql {

/// A folder of its own for each test, and an I/O thread to await on: the test's.
class database_test : public testing::Test {
  protected:
    database_test()
    {
        static std::atomic<int> made{0};
        folder_ = std::filesystem::temp_directory_path() /
                  ("chatd-sql-" + std::to_string(::getpid()) + "-" + std::to_string(++made));
        std::filesystem::create_directories(folder_);
    }
    ~database_test() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::string path() const { return (folder_ / "test.db").string(); }
    [[nodiscard]] async::loop& loop() { return loop_; }

    /// Runs the loop until `work` has finished.
    template <class T>
    T wait_for(async::task<T> work)
    {
        std::optional<T> outcome;
        async::spawn(gate_, "test", keep(std::move(work), outcome));
        run_until([&] { return outcome.has_value(); });
        return std::move(*outcome);
    }
    /// Starts `work` and lets `outcome` have its result when the loop runs.
    template <class T>
    void start(async::task<T> work, std::optional<T>& outcome)
    {
        async::spawn(gate_, "test", keep(std::move(work), outcome));
    }
    void run_until(const std::function<bool()>& done)
    {
        const auto guard = boost::asio::make_work_guard(loop_.io());
        loop_.io().restart();
        while (!done())
            loop_.io().run_one_for(std::chrono::milliseconds(2));
    }

  private:
    template <class T>
    async::task<void> keep(async::task<T> work, std::optional<T>& outcome)
    {
        outcome.emplace(co_await std::move(work));
    }

    std::filesystem::path folder_;
    async::loop loop_;
    async::gate gate_;
};

} // namespace chatd::sql
