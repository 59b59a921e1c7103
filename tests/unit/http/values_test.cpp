#include <chatd/http/client_address.hpp>
#include <chatd/http/cors.hpp>
#include <chatd/http/router.hpp>
#include <chatd/http/upgrade.hpp>

#include <gtest/gtest.h>

namespace chatd::http {
namespace {

// --- router ---

router example_router()
{
    router r;
    r.add(method::get, "/", 0);
    r.add(method::get, "/api/users/list", 1);
    r.add(method::get, "/api/users/:id", 2);
    r.add(method::put, "/api/users/:userId", 3);
    r.add(method::post, "/api/messages/:id/read", 4);
    r.add(method::get, "/api/users/list/:page", 5);
    r.add(method::get, "/api/:kind/:id/deep", 6);
    return r;
}

TEST(router, finds_literals_before_parameters)
{
    const auto r = example_router();
    EXPECT_EQ(r.find(method::get, "/").route, 0U);
    EXPECT_EQ(r.find(method::get, "/api/users/list").route, 1U);
    EXPECT_EQ(r.find(method::get, "/api/users/lists").route, 2U);
    EXPECT_EQ(r.find(method::get, "/api/users/list/2").route, 5U);
}

TEST(router, gives_a_literal_up_that_leads_nowhere)
{
    const auto r = example_router();
    const auto m = r.find(method::get, "/api/users/7/deep");
    EXPECT_EQ(m.route, 6U);
    ASSERT_EQ(m.params.size(), 2U);
    EXPECT_EQ(m.params[0], (std::pair<std::string_view, std::string>{"kind", "users"}));
    EXPECT_EQ(m.params[1], (std::pair<std::string_view, std::string>{"id", "7"}));
}

TEST(router, names_parameters_as_the_pattern_of_the_method_does)
{
    const auto r = example_router();
    EXPECT_EQ(r.find(method::get, "/api/users/7").params[0].first, "id");
    EXPECT_EQ(r.find(method::put, "/api/users/7").params[0].first, "userId");
}

TEST(router, decodes_parameters_where_it_can)
{
    const auto r = example_router();
    EXPECT_EQ(r.find(method::get, "/api/users/a%2Fb%20c").params[0].second, "a/b c");
    EXPECT_EQ(r.find(method::get, "/api/users/a%2").params[0].second, "a%2");
    EXPECT_EQ(r.find(method::get, "/api/users/a+b").params[0].second, "a+b");
}

TEST(router, ignores_a_trailing_slash_and_serves_head_as_get)
{
    const auto r = example_router();
    EXPECT_EQ(r.find(method::get, "/api/users/list/").route, 1U);
    EXPECT_EQ(r.find(method::head, "/api/users/list").route, 1U);
}

TEST(router, tells_an_unknown_path_from_a_wrong_method)
{
    const auto r = example_router();
    for (const auto* path :
         {"/nothing", "/api", "/api/users//", "/api/messages/1", "", "*", "/api/users/1/2/3"}) {
        const auto m = r.find(method::get, path);
        EXPECT_EQ(m.route.has_value(), std::string_view(path).empty()) << path;
        EXPECT_EQ(m.allow, "") << path;
    }
    EXPECT_EQ(r.find(method::delete_, "/api/users/7").allow, "GET, HEAD, PUT");
    EXPECT_EQ(r.find(method::get, "/api/messages/1/read").allow, "POST");
}

// --- client address ---

TEST(ip_address, reads_and_writes_both_families)
{
    EXPECT_EQ(ip_address::parse("10.0.0.1")->to_string(), "10.0.0.1");
    EXPECT_EQ(ip_address::parse("::ffff:10.0.0.1")->to_string(), "10.0.0.1");
    EXPECT_EQ(ip_address::parse("2001:DB8::1")->to_string(), "2001:db8::1");
    for (const auto* bad :
         {"", "10.0.0", "10.0.0.256", "10.0.0.1 ", "unknown", "::g", "1.2.3.4.5", "fe80::1%eth0"})
        EXPECT_FALSE(ip_address::parse(bad)) << bad;
}

TEST(network_list, holds_networks_of_any_width)
{
    network_list l;
    ASSERT_TRUE(l.add("10.0.0.0/8"));
    ASSERT_TRUE(l.add("192.168.1.128/25"));
    ASSERT_TRUE(l.add("2001:db8::/33"));
    ASSERT_TRUE(l.add(" ::1 "));
    for (const auto* in : {"10.255.0.1", "::ffff:10.1.2.3", "192.168.1.200", "2001:db8:7fff::1", "::1"})
        EXPECT_TRUE(l.contains(in)) << in;
    for (const auto* out : {"11.0.0.1", "192.168.1.127", "2001:db8:8000::1", "::2", "nonsense"})
        EXPECT_FALSE(l.contains(out)) << out;
    for (const auto* bad : {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x", "proxy.example", ""})
        EXPECT_FALSE(l.add(bad)) << bad;
}

struct walk {
    const char* peer;
    const char* forwarded;
    const char* client;
};

class client_addresses : public testing::TestWithParam<walk> {};

TEST_P(client_addresses, are_found_from_the_right)
{
    network_list trusted;
    ASSERT_TRUE(trusted.add("10.0.0.0/8"));
    ASSERT_TRUE(trusted.add("::1"));
    EXPECT_EQ(client_address(trusted, GetParam().peer, GetParam().forwarded), GetParam().client);
}

INSTANTIATE_TEST_SUITE_P(all, client_addresses,
                         testing::Values(walk{"1.2.3.4", "", "1.2.3.4"},
                                         walk{"1.2.3.4", "9.9.9.9", "1.2.3.4"}, // peer is not trusted
                                         walk{"10.0.0.1", "", "10.0.0.1"},
                                         walk{"10.0.0.1", "9.9.9.9", "9.9.9.9"},
                                         walk{"10.0.0.1", "6.6.6.6, 9.9.9.9, 10.0.0.2", "9.9.9.9"},
                                         walk{"10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"},
                                         walk{"10.0.0.1", "9.9.9.9, unknown, 10.0.0.2", "10.0.0.2"},
                                         walk{"10.0.0.1", "9.9.9.9,", "10.0.0.1"},
                                         walk{"::1", "2001:db8::7", "2001:db8::7"},
                                         walk{"10.0.0.1", "9.9.9.9:4711", "9.9.9.9"},
                                         walk{"10.0.0.1", "[2001:db8::7]:443", "2001:db8::7"},
                                         walk{"10.0.0.1", "[2001:db8::7", "10.0.0.1"}));

// --- cors ---

request from_origin(std::string origin)
{
    request r;
    if (!origin.empty())
        r.headers.emplace_back("origin", std::move(origin));
    return r;
}

TEST(cors, star_allows_everyone_without_credentials)
{
    const cors c({.origins = {"*"}, .exposed_headers = "ETag"});
    EXPECT_TRUE(c.allows("https://anywhere"));
    response out;
    c.decorate(from_origin("https://anywhere"), out);
    EXPECT_EQ(out.header("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(out.header("Access-Control-Allow-Credentials"), "");
    EXPECT_EQ(out.header("Access-Control-Expose-Headers"), "ETag");
    EXPECT_EQ(out.header("Vary"), "");
}

TEST(cors, a_list_answers_its_members_only)
{
    const cors c({.origins = {"https://a.example", "https://b.example"}, .exposed_headers = {}});
    EXPECT_TRUE(c.allows(""));
    EXPECT_TRUE(c.allows("https://b.example"));
    EXPECT_FALSE(c.allows("https://b.example.evil"));
    response good;
    good.set("Vary", "Accept-Encoding");
    c.decorate(from_origin("https://a.example"), good);
    EXPECT_EQ(good.header("Access-Control-Allow-Origin"), "https://a.example");
    EXPECT_EQ(good.header("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(good.header("Vary"), "Accept-Encoding, Origin");
    response bad;
    c.decorate(from_origin("https://evil"), bad);
    EXPECT_EQ(bad.header("Access-Control-Allow-Origin"), "");
    EXPECT_EQ(bad.header("Vary"), "Origin");
}

TEST(cors, answers_preflights)
{
    const cors c({.origins = {"https://a.example"}, .exposed_headers = {}});
    auto asks = from_origin("https://a.example");
    asks.verb = method::options;
    EXPECT_FALSE(cors::is_preflight(asks));
    asks.headers.emplace_back("access-control-request-method", "PUT");
    asks.headers.emplace_back("access-control-request-headers", "x-a, authorization");
    EXPECT_TRUE(cors::is_preflight(asks));
    const auto yes = c.preflight(asks);
    EXPECT_EQ(yes.status, 204);
    EXPECT_EQ(yes.header("Access-Control-Allow-Methods"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    EXPECT_EQ(yes.header("Access-Control-Allow-Headers"), "x-a, authorization");
    asks.headers[0].second = "https://evil";
    EXPECT_EQ(c.preflight(asks).header("Access-Control-Allow-Methods"), "");
}

// --- the rest ---

TEST(request, finds_query_values_decoded)
{
    request r;
    r.query = "a=1&b=x%20y+z&c&a=2&%64=e&bad=%2";
    EXPECT_EQ(r.query_value("a"), "1");
    EXPECT_EQ(r.query_value("b"), "x y z");
    EXPECT_EQ(r.query_value("c"), "");
    EXPECT_EQ(r.query_value("d"), "e");
    EXPECT_EQ(r.query_value("bad"), std::nullopt);
    EXPECT_EQ(r.query_value("none"), std::nullopt);
}

TEST(response, replaces_headers_regardless_of_case)
{
    response r;
    r.set("Content-Type", "a");
    r.set("content-type", "b");
    EXPECT_EQ(r.headers.size(), 1U);
    EXPECT_EQ(r.header("CONTENT-TYPE"), "b");
    EXPECT_EQ(reason_phrase(404), "Not Found");
    EXPECT_EQ(reason_phrase(299), "");
}

TEST(upgrade, proves_the_key_as_the_rfc_does)
{
    EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    for (const auto* bad :
         {"", "short", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZTE=", "dGhlIHNhbXBsZSBub25j!Q=="})
        EXPECT_EQ(websocket_accept(bad), "") << bad;
}

TEST(upgrade, finds_tokens_in_lists)
{
    EXPECT_TRUE(has_token("keep-alive, Upgrade", "upgrade"));
    EXPECT_TRUE(has_token("upgrade", "upgrade"));
    EXPECT_FALSE(has_token("upgraded, x", "upgrade"));
    EXPECT_FALSE(has_token("", "upgrade"));
}

} // namespace
} // namespace chatd::http
