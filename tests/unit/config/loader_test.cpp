#include <chatd/config/loader.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <unistd.h>

namespace chatd::config {
namespace {

using namespace std::chrono_literals;

/// A file that is gone at the end of the test.
class temporary_file {
  public:
    explicit temporary_file(const std::string& text)
        : name_(testing::TempDir() + "chatd-config-" + std::to_string(::getpid()) + ".json")
    {
        std::ofstream(name_) << text;
    }
    ~temporary_file() { std::remove(name_.c_str()); }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    std::string name_;
};

using variables = std::map<std::string, std::string>;

sources only(variables v = {}, std::vector<std::string> sets = {})
{
    return {.file = {}, .sets = std::move(sets), .variables = [v = std::move(v)](const std::string& name) {
                const auto found = v.find(name);
                return found == v.end() ? std::nullopt : std::optional(found->second);
            }};
}

settings values_of(const result<loaded>& l)
{
    EXPECT_TRUE(l) << l.error().detail;
    return l ? l->values : settings{};
}

std::string origin_of(const loaded& l, std::string_view path)
{
    for (const auto& each : l.report)
        if (each.path == path)
            return each.origin;
    return {};
}

TEST(config_loader, serves_with_defaults)
{
    const auto l = load(only());
    const auto v = values_of(l);
    EXPECT_EQ(v.http.port, std::vector<std::uint16_t>{3000});
    EXPECT_EQ(v.auth.access_token_ttl, 15min);
    EXPECT_EQ(v.cors.origins, std::vector<std::string>{"*"});
    EXPECT_TRUE(l->warnings.empty());
    EXPECT_EQ(origin_of(*l, "http.port"), "default");
}

TEST(config_loader, prefers_command_line_to_environment_to_file_to_default)
{
    const temporary_file file(R"({"http":{"port":1,"host":"::1","max_body":"2MiB"},"limits":{"enabled":false},
        "trusted_proxies":["10.0.0.0/8","::1"],"auth":{"refresh_grace":"1m"},"admin":{"email":null}})");
    auto from = only({{"PORT", "2,3"}, {"LOG_LEVEL", "verbose"}, {"FRONTEND_URL", ""}},
                     {"http.port=4", "limits.enabled=true"});
    from.file = file.name();
    const auto l = load(from);
    const auto v = values_of(l);
    EXPECT_EQ(v.http.port, std::vector<std::uint16_t>{4});
    EXPECT_EQ(v.http.host, "::1");
    EXPECT_EQ(v.http.max_body, 2U << 20);
    EXPECT_TRUE(v.limits.enabled);
    EXPECT_EQ(v.trusted_proxies, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
    EXPECT_EQ(v.auth.refresh_grace, 60s);
    EXPECT_EQ(v.log.level, chatd::log::level::debug);
    EXPECT_EQ(origin_of(*l, "http.port"), "command line");
    EXPECT_EQ(origin_of(*l, "http.host"), "file " + file.name());
    EXPECT_EQ(origin_of(*l, "log.level"), "environment LOG_LEVEL");
    EXPECT_EQ(origin_of(*l, "cors.origins"), "default");
}

TEST(config_loader, reads_the_environment_of_older_back_ends)
{
    const auto v = values_of(load(only({{"PORT", "3000,3001"},
                                        {"JWT_EXPIRES_IN", "1h"},
                                        {"JWT_REFRESH_EXPIRES_IN", "30d"},
                                        {"REFRESH_TOKEN_EXPIRES_IN", "8d"},
                                        {"FRONTEND_URL", "https://App.example.com/, http://localhost:5173"},
                                        {"CORS_ORIGIN", "https://app.example.com"},
                                        {"CLIENT_URL", "https://b.example.com/login"},
                                        {"RATE_LIMIT_WINDOW_MS", "900000"},
                                        {"RATE_LIMIT_MAX_REQUESTS", "2147483647"}})));
    EXPECT_EQ(v.http.port, (std::vector<std::uint16_t>{3000, 3001}));
    EXPECT_EQ(v.auth.access_token_ttl, 1h);
    EXPECT_EQ(v.auth.refresh_token_ttl, 8 * 24h);
    EXPECT_EQ(v.cors.origins, (std::vector<std::string>{"https://app.example.com", "http://localhost:5173",
                                                        "https://b.example.com"}));
    EXPECT_EQ(v.limits.window, 15min);
    EXPECT_EQ(v.limits.anonymous, 2147483647U);
    EXPECT_EQ(v.limits.authenticated, 2147483647U);
}

TEST(config_loader, a_small_request_maximum_does_not_lower_that_of_users)
{
    const auto v = values_of(load(only({{"RATE_LIMIT_MAX_REQUESTS", "50"}})));
    EXPECT_EQ(v.limits.anonymous, 50U);
    EXPECT_EQ(v.limits.authenticated, 1000U);
}

TEST(config_loader, a_union_with_everything_is_everything)
{
    EXPECT_EQ(values_of(load(only({{"FRONTEND_URL", "https://a.b"}, {"CORS_ORIGIN", "*"}}))).cors.origins,
              std::vector<std::string>{"*"});
}

TEST(config_loader, warns_of_variables_that_it_does_not_use)
{
    const auto l =
        load(only({{"MONGODB_URI", "mongodb://x"}, {"ELASTICSEARCH_URL", "http://x"}, {"REDIS_URL", ""}}));
    ASSERT_TRUE(l);
    ASSERT_EQ(l->warnings.size(), 2U);
    EXPECT_TRUE(l->warnings[0].starts_with("MONGODB_URI is set but not used"));
    EXPECT_TRUE(l->warnings[1].starts_with("ELASTICSEARCH_URL is set but not used"));
}

TEST(config_loader, judges_secrets_more_strictly_in_production)
{
    for (const auto* weak : {"your-super-secret-jwt-key", "short"}) {
        const auto at_home = load(only({{"JWT_SECRET", weak}}));
        ASSERT_TRUE(at_home);
        EXPECT_EQ(at_home->warnings.size(), 1U);
        EXPECT_FALSE(load(only({{"JWT_SECRET", weak}, {"NODE_ENV", "production"}})));
    }
    const std::string strong(32, 'x');
    EXPECT_TRUE(load(only({{"JWT_SECRET", strong}, {"NODE_ENV", "production"}})));
    EXPECT_FALSE(
        load(only({{"JWT_SECRET", strong}, {"JWT_REFRESH_SECRET", "short"}, {"NODE_ENV", "production"}})));
    const auto missing = load(only({{"NODE_ENV", "production"}}));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().detail, "auth.jwt_secret (JWT_SECRET) must be set when NODE_ENV is production");
}

TEST(config_loader, names_every_problem_with_source_key_and_reason)
{
    const temporary_file file(
        R"({"http":{"prt":1,"port":true},"limits":{"enabled":"yes"},"log":5,"cors":{"origins":[["x"]]}})");
    auto from = only({{"PORT", "http"}}, {"auth.registration=maybe", "nonsense", "a.b=1"});
    from.file = file.name();
    const auto l = load(from);
    ASSERT_FALSE(l);
    EXPECT_EQ(l.error().code, errc::invalid);
    EXPECT_EQ(l.error().detail, file.name() + ": http.prt is not a setting\n" +                             //
                                    file.name() + ": http.port must be a list of ports\n" +                 //
                                    file.name() + ": limits.enabled must be a boolean\n" +                  //
                                    file.name() + ": log is not a setting\n" +                              //
                                    file.name() + ": cors.origins must be a list\n" +                       //
                                    "environment PORT: http.port must be ports from 0 to 65535, not http\n" //
                                    "command line: auth.registration must be one of open, closed\n"         //
                                    "command line: --set takes path=value, not nonsense\n"                  //
                                    "command line: a.b is not a setting");
}

TEST(config_loader, refuses_a_file_that_is_missing_or_no_json)
{
    auto from = only();
    from.file = "/nonexistent/chatd.json";
    ASSERT_FALSE(load(from));
    EXPECT_TRUE(load(from).error().detail.starts_with("/nonexistent/chatd.json: cannot be read"));
    const temporary_file file("{\"http\": ");
    from.file = file.name();
    EXPECT_FALSE(load(from));
}

class config_bad_setting : public testing::TestWithParam<const char*> {};

TEST_P(config_bad_setting, is_refused)
{
    EXPECT_FALSE(load(only({}, {GetParam()}))) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    values, config_bad_setting,
    testing::Values("http.port=65536", "http.port=", "http.port=-1", "http.max_body=1TiB", "http.max_body=x",
                    "http.max_body=-1", "auth.access_token_ttl=15 parsecs", "auth.access_token_ttl=0",
                    "auth.access_token_ttl=99999999999999999999d", "limits.login=0", "limits.login=1.5",
                    "limits.enabled=perhaps", "trusted_proxies=10.0.0.0/33", "trusted_proxies=proxy",
                    "cors.origins=example.com", "cors.origins=https://", "database.url=postgres://x",
                    "log.level=loud", "socketio.port_heartbeats=3001:25s", "tls.port=443",
                    "tls.certificate=cert.pem", "admin.email=a@b.c", "presence.audience=none"));

TEST(config_loader, reads_the_usual_spellings)
{
    const auto v = values_of(
        load(only({}, {"http.header_timeout=300ms", "http.body_timeout=2000", "recovery.window=1 h",
                       "http.max_body=1mib", "socketio.max_payload=1000000", "limits.enabled=off",
                       "socketio.port_heartbeats=3001:25s:60s,3002:1s:2s", "presence.audience=AUTO"})));
    EXPECT_EQ(v.http.header_timeout, 300ms);
    EXPECT_EQ(v.http.body_timeout, 2s);
    EXPECT_EQ(v.recovery.window, 1h);
    EXPECT_EQ(v.http.max_body, 1U << 20);
    EXPECT_EQ(v.socketio.max_payload, 1'000'000U);
    EXPECT_FALSE(v.limits.enabled);
    ASSERT_EQ(v.socketio.port_heartbeats.size(), 2U);
    EXPECT_EQ(v.socketio.port_heartbeats[0].timeout, 60s);
    EXPECT_EQ(v.presence.audience, audience::automatic);
}

TEST(config_report, shows_values_and_origins_without_secrets)
{
    const auto l =
        load(only({{"JWT_SECRET", "0123456789abcdef0123456789abcdef"}, {"REDIS_URL", "redis://x"}}));
    ASSERT_TRUE(l);
    const auto text = describe_values(*l);
    EXPECT_EQ(text.find("0123456789abcdef"), std::string::npos);
    EXPECT_NE(text.find("***"), std::string::npos);
    EXPECT_NE(text.find("environment JWT_SECRET"), std::string::npos);
    EXPECT_NE(text.find("warning: REDIS_URL is set but not used"), std::string::npos);
}

/// What is printed can be read again: the defaults are inside their own bounds.
TEST(config_report, every_default_is_a_value_of_its_type)
{
    const auto l = load(only());
    ASSERT_TRUE(l);
    std::vector<std::string> sets;
    for (const auto& each : l->report)
        if (!each.value.empty())
            sets.push_back(std::string(each.path) + '=' + each.value);
    const auto again = load(only({}, sets));
    ASSERT_TRUE(again) << again.error().detail;
    for (std::size_t i = 0; i < l->report.size(); ++i)
        EXPECT_EQ(l->report[i].value, again->report[i].value) << l->report[i].path;
}

TEST(config_report, the_reference_lists_every_setting)
{
    const auto l = load(only());
    const auto reference = reference_markdown();
    for (const auto& each : l->report)
        EXPECT_NE(reference.find("| `" + std::string(each.path) + "` |"), std::string::npos) << each.path;
    EXPECT_NE(reference.find("| `MONGODB_URI` |"), std::string::npos);
}

/// After a change: `chatd --print-config-reference > docs/configuration.md`.
TEST(config_report, the_reference_page_is_current)
{
    std::ifstream page(CHATD_SOURCE_DIR "/docs/configuration.md");
    ASSERT_TRUE(page);
    const std::string text(std::istreambuf_iterator<char>(page), {});
    EXPECT_EQ(text, reference_markdown());
}

} // namespace
} // namespace chatd::config
