#include "http_fixture.hpp"

namespace chatd::http {
namespace {

const std::string get = " HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(http_server, answers_and_keeps_the_connection)
{
    start();
    raw_client c(port);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(c.send("GET /echo?n=" + std::to_string(i) + get));
        const auto answer = c.read_response();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << answer;
        EXPECT_NE(answer.find("GET /echo?n=" + std::to_string(i) + " 127.0.0.1 http "), std::string::npos)
            << answer;
        EXPECT_EQ(answer.find("Connection:"), std::string::npos);
    }
    EXPECT_EQ(stats().accepted, 1U);
    EXPECT_EQ(stats().requests, 3U);
    EXPECT_EQ(stats().open_connections, 1U);
}

TEST_F(http_server, answers_pipelined_requests_in_order)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("GET /a" + get + "GET /wait" + get + "GET /b" + get +
                       "\r\nPOST /c HTTP/1.1\r\nHost: x\r\n"
                       "Content-Length: 2\r\n\r\nhi" +
                       "GET /d" + get));
    EXPECT_NE(c.read_response().find("GET /a"), std::string::npos);
    await_requests(2);
    EXPECT_EQ(requests, 2) << "the request behind a pending one waits";
    home.call([&] {
        waiting.front()->respond(text_response(200, "waited"));
        waiting.clear();
    });
    EXPECT_NE(c.read_response().find("waited"), std::string::npos);
    EXPECT_NE(c.read_response().find("GET /b"), std::string::npos);
    const auto posted = c.read_response();
    EXPECT_TRUE(posted.ends_with(" hi")) << posted;
    EXPECT_NE(c.read_response().find("GET /d"), std::string::npos);
}

TEST_F(http_server, answers_very_many_pipelined_requests)
{
    start();
    raw_client c(port);
    std::string many;
    for (int i = 0; i < 5000; ++i)
        many += "GET /echo" + get;
    std::thread sender([&] { c.send(many); });
    for (int i = 0; i < 5000; ++i)
        ASSERT_TRUE(c.read_response().starts_with("HTTP/1.1 200")) << i;
    sender.join();
}

TEST_F(http_server, sends_large_answers_to_slow_readers)
{
    start();
    for (const auto* path : {"/large", "/static"}) {
        raw_client c(port, 4096);
        ASSERT_TRUE(c.send("GET " + std::string(path) + get + "GET /echo" + get));
        std::this_thread::sleep_for(50ms);
        const auto answer = c.read_response();
        EXPECT_TRUE(answer.ends_with(large)) << answer.size();
        EXPECT_TRUE(c.read_response().starts_with("HTTP/1.1 200 OK"));
    }
}

TEST_F(http_server, sends_no_body_with_head_and_204)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("HEAD /large" + get + "GET /204" + get + "GET /echo" + get));
    const auto head = c.read_until("\r\n\r\n");
    EXPECT_NE(head.find("Content-Length: " + std::to_string(large.size())), std::string::npos);
    const auto none = c.read_until("\r\n\r\n");
    EXPECT_TRUE(none.starts_with("HTTP/1.1 204 No Content\r\n"));
    EXPECT_EQ(none.find("Content-Length"), std::string::npos);
    EXPECT_TRUE(c.read_response().starts_with("HTTP/1.1 200 OK"));
}

TEST_F(http_server, closes_when_the_client_says_so)
{
    start();
    for (const std::string request :
         {"GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET /echo HTTP/1.0\r\n\r\n"}) {
        raw_client c(port);
        ASSERT_TRUE(c.send(request));
        EXPECT_NE(c.read_response().find("Connection: close\r\n"), std::string::npos);
        EXPECT_TRUE(c.sees_end());
        EXPECT_FALSE(c.was_reset());
    }
    raw_client old(port);
    ASSERT_TRUE(old.send("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    EXPECT_NE(old.read_response().find("Connection: keep-alive\r\n"), std::string::npos);
}

TEST_F(http_server, tells_who_waits_to_continue)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
    EXPECT_EQ(c.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    ASSERT_TRUE(c.send("abc"));
    EXPECT_TRUE(c.read_response().ends_with(" abc"));
    ASSERT_TRUE(c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"));
    EXPECT_TRUE(c.read_response().starts_with("HTTP/1.1 200")) << "who does not wait is told nothing";
}

TEST_F(http_server, takes_bodies_of_many_pieces)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    std::string body;
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(c.send("3\r\nab"));
        std::this_thread::sleep_for(1ms);
        ASSERT_TRUE(c.send("c\r\n"));
        body += "abc";
    }
    ASSERT_TRUE(c.send("0\r\n\r\n"));
    EXPECT_TRUE(c.read_response().ends_with(' ' + body));
    const std::string large_body(options.max_body, 'b');
    ASSERT_TRUE(c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(large_body.size()) +
                       "\r\n\r\n" + large_body));
    EXPECT_TRUE(c.read_response().ends_with(' ' + large_body));
}

TEST_F(http_server, answers_500_for_what_nobody_answered)
{
    start();
    raw_client c(port);
    for (const std::string path : {"/drop", "/throw"}) {
        ASSERT_TRUE(c.send("GET " + path + get));
        EXPECT_TRUE(c.read_response().starts_with("HTTP/1.1 500 "));
    }
    ASSERT_TRUE(c.send("GET /cut" + get));
    EXPECT_EQ(c.read_to_end(), "");
}

TEST_F(http_server, lets_no_header_value_split_the_answer)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("GET /inject" + get));
    const auto answer = c.read_response();
    EXPECT_NE(answer.find("X-Echo: a  Set-Cookie: b\r\n"), std::string::npos) << answer;
}

TEST_F(http_server, takes_request_ids_that_are_sane)
{
    start();
    raw_client c(port);
    const auto id_of = [&](const std::string& sent) {
        EXPECT_TRUE(c.send("GET /echo HTTP/1.1\r\nHost: x\r\nX-Request-Id: " + sent + "\r\n\r\n"));
        const auto answer = c.read_response();
        const auto at = answer.find(" http ") + 6;
        return answer.substr(at, answer.find(' ', at) - at);
    };
    EXPECT_EQ(id_of("abc.DEF_1-2"), "abc.DEF_1-2");
    EXPECT_EQ(id_of("has space").size(), 36U);
    EXPECT_EQ(id_of(std::string(129, 'a')).size(), 36U);
    EXPECT_EQ(id_of("").size(), 36U);
}

TEST_F(http_server, believes_trusted_proxies_only)
{
    options.trusted_proxies = {"127.0.0.0/8"};
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("GET /echo HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\n"
                       "X-Forwarded-For: 9.9.9.9, 127.0.0.5\r\nX-Forwarded-Proto: https\r\n\r\n"));
    EXPECT_NE(c.read_response().find(" 9.9.9.9 https "), std::string::npos);
}

TEST_F(http_server, believes_nobody_by_default)
{
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send(
        "GET /echo HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n\r\n"));
    EXPECT_NE(c.read_response().find(" 127.0.0.1 http "), std::string::npos);
}

TEST_F(http_server, completes_every_answer)
{
    options.finish = [](const request& r, response& out) { out.set("X-Request-Id", r.id); };
    options.error_page = [](const request& r, std::uint16_t status) {
        return json_response(status, "{\"path\":\"" + std::string(r.path) + "\"}");
    };
    start();
    raw_client c(port);
    ASSERT_TRUE(c.send("GET /echo HTTP/1.1\r\nHost: x\r\nX-Request-Id: one\r\n\r\n"));
    EXPECT_NE(c.read_response().find("X-Request-Id: one\r\n"), std::string::npos);
    ASSERT_TRUE(
        c.send("POST /big HTTP/1.1\r\nHost: x\r\nX-Request-Id: two\r\nContent-Length: 99999999\r\n\r\n"));
    const auto refused = c.read_response();
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 413 Content Too Large\r\n"));
    EXPECT_NE(refused.find("X-Request-Id: two\r\n"), std::string::npos);
    EXPECT_TRUE(refused.ends_with("{\"path\":\"/big\"}"));
}

} // namespace
} // namespace chatd::http
