#include <chatd/base/json_reader.hpp>
#include <chatd/base/log.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace chatd {
namespace {

/// A folder that is gone at the end of the test; the log writes into it.
class base_log : public testing::Test {
  protected:
    base_log() : folder_(testing::TempDir() + "chatd-log-" + std::to_string(::getpid()))
    {
        std::filesystem::create_directories(folder_);
    }
    ~base_log() override
    {
        log::stop();
        std::filesystem::remove_all(folder_);
    }
    void start(log::level threshold)
    {
        log::start({.threshold = threshold, .console = false, .directory = folder_, .service = "test"});
    }
    std::vector<std::string> lines(const std::string& name) const
    {
        std::ifstream in(folder_ + '/' + name);
        std::vector<std::string> all;
        for (std::string line; std::getline(in, line);)
            all.push_back(line);
        return all;
    }

  private:
    std::string folder_;
};

TEST_F(base_log, writes_json_lines_with_fields)
{
    start(log::level::info);
    log::info("http", "request",
              {{"status", 200}, {"ms", 1.5}, {"route", "/a\"b"}, {"ok", true}, {"bad", "\xff"}});
    log::debug("http", "not seen");
    log::error("store", "down");
    log::stop();
    const auto all = lines("combined.log");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_TRUE(all[0].starts_with(
        R"({"level":"info","message":"request","service":"test","component":"http","timestamp":")"))
        << all[0];
    EXPECT_TRUE(
        all[0].ends_with(R"-(Z","status":200,"ms":1.5,"route":"/a\"b","ok":true,"bad":"(not UTF-8)"})-"))
        << all[0];
    EXPECT_EQ(lines("error.log"), std::vector<std::string>{all[1]});
}

TEST_F(base_log, changes_its_threshold_while_it_runs)
{
    start(log::level::error);
    EXPECT_FALSE(log::enabled(log::level::warn));
    log::set_threshold(log::level::debug);
    EXPECT_TRUE(log::enabled(log::level::debug));
    log::debug("a", "b");
    log::set_threshold(log::level::off);
    EXPECT_FALSE(log::enabled(log::level::error));
    EXPECT_FALSE(log::enabled(log::level::off));
    log::stop();
    EXPECT_EQ(lines("combined.log").size(), 1U);
}

TEST_F(base_log, takes_lines_from_many_threads)
{
    start(log::level::info);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([] {
            for (int i = 0; i < 500; ++i)
                log::info("thread", "line", {{"i", i}});
        });
    for (auto& t : threads)
        t.join();
    log::stop();
    const auto all = lines("combined.log");
    EXPECT_EQ(all.size(), 2000U);
    for (const auto& line : all) {
        json_reader in(line);
        std::string_view raw;
        EXPECT_TRUE(in.skip(raw) && in.finish()) << line;
    }
}

TEST_F(base_log, is_silent_before_start)
{
    EXPECT_FALSE(log::enabled(log::level::error));
    log::error("a", "b");
    log::write(log::level::error, "a", "b");
}

TEST(base_log_text, parses_levels)
{
    log::level l = log::level::off;
    EXPECT_TRUE(log::parse_level("Warn", l));
    EXPECT_EQ(l, log::level::warn);
    EXPECT_FALSE(log::parse_level("loud", l));
    EXPECT_EQ(l, log::level::warn);
}

TEST(base_log_text, masks_secrets_in_targets)
{
    EXPECT_EQ(log::mask_target("/a/b"), "/a/b");
    EXPECT_EQ(log::mask_target("/socket.io/?EIO=4&token=abc.def&transport=polling"),
              "/socket.io/?EIO=4&token=***&transport=polling");
    EXPECT_EQ(log::mask_target("/f?exp=1&sig=00ff"), "/f?exp=1&sig=***");
    EXPECT_EQ(log::mask_target("/f?access_token=x&TOKEN=y"), "/f?access_token=***&TOKEN=***");
    EXPECT_EQ(log::mask_target("/f?%74oken=x"), "/f?%74oken=***");
    EXPECT_EQ(log::mask_target("/f?mytoken=x&token&"), "/f?mytoken=x&token&");
}

} // namespace
} // namespace chatd
