#include "request_parser.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chatd::http {
namespace {

constexpr request_parser::limits small{512, 100, 64};

struct parsed {
    request message;
    request_parser parser;
    std::string rest;
    bool is_done = false;

    explicit parsed(request_parser::limits l = small) : parser(l, message) {}

    /// Feeds `bytes` in pieces, keeping what the parser leaves; false when it refuses.
    bool feed(std::string_view bytes, std::size_t piece)
    {
        for (; !bytes.empty() && !is_done; bytes.remove_prefix(std::min(piece, bytes.size()))) {
            rest += bytes.substr(0, piece);
            for (bool goes_on = true; goes_on && !rest.empty();) {
                const auto [what, used] = parser.put(rest);
                rest.erase(0, used);
                if (what == request_parser::status::failed)
                    return false;
                is_done = what == request_parser::status::done;
                goes_on = what == request_parser::status::header_done;
            }
        }
        return true;
    }
};

TEST(request_parser, reads_a_request_in_pieces_of_any_size)
{
    const std::string text = "POST /a/b?c=d%20e&f HTTP/1.1\r\nHost: x\r\nX-Mixed-Case:  some value \r\n"
                             "Content-Length: 5\r\n\r\nhello";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        parsed p;
        ASSERT_TRUE(p.feed(text, piece));
        ASSERT_TRUE(p.is_done);
        EXPECT_EQ(p.message.verb, method::post);
        EXPECT_EQ(p.message.path, "/a/b");
        EXPECT_EQ(p.message.query, "c=d%20e&f");
        EXPECT_EQ(p.message.header("x-mixed-case"), "some value");
        EXPECT_EQ(p.message.body, "hello");
        EXPECT_TRUE(p.parser.keeps_alive());
    }
}

TEST(request_parser, reads_chunks_and_ignores_trailers)
{
    const std::string text = "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Trailer: evil\r\n\r\n";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        parsed p;
        ASSERT_TRUE(p.feed(text, piece)) << piece;
        ASSERT_TRUE(p.is_done);
        EXPECT_EQ(p.message.body, "abc0123456789");
        EXPECT_FALSE(p.message.has_header("x-trailer"));
    }
}

TEST(request_parser, leaves_the_next_request_alone)
{
    parsed p;
    ASSERT_TRUE(p.feed("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\n", 1000));
    EXPECT_TRUE(p.is_done);
    EXPECT_EQ(p.rest, "GET /2 HTTP/1.1\r\n");
}

TEST(request_parser, takes_other_methods_and_absolute_targets)
{
    parsed p;
    ASSERT_TRUE(p.feed("PROPFIND http://host:80/x?y HTTP/1.1\r\nHost: x\r\n\r\n", 1000));
    EXPECT_EQ(p.message.verb, method::other);
    EXPECT_EQ(p.message.verb_text, "PROPFIND");
    EXPECT_EQ(p.message.path, "/x");
    EXPECT_EQ(p.message.query, "y");
    parsed bare;
    ASSERT_TRUE(bare.feed("GET http://host HTTP/1.1\r\nHost: x\r\n\r\n", 1000));
    EXPECT_EQ(bare.message.path, "/");
}

TEST(request_parser, knows_who_keeps_the_connection)
{
    const auto keeps = [](std::string_view head) {
        parsed p;
        EXPECT_TRUE(p.feed(std::string(head) + "\r\n\r\n", 1000));
        return p.parser.keeps_alive();
    };
    EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: x"));
    EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: x\r\nConnection: close"));
    EXPECT_FALSE(keeps("GET / HTTP/1.0"));
    EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive"));
}

struct refusal {
    const char* name;
    std::string bytes;
    std::uint16_t status;
};

void PrintTo(const refusal& r, std::ostream* out)
{
    *out << r.name;
}

class refused : public testing::TestWithParam<refusal> {};

TEST_P(refused, with_the_right_status)
{
    for (const std::size_t piece : {std::size_t{1}, std::size_t{13}, std::size_t{100'000}}) {
        parsed p;
        EXPECT_FALSE(p.feed(GetParam().bytes, piece)) << piece;
        EXPECT_EQ(p.parser.failure(), GetParam().status) << piece;
    }
}

const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n";
const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";

INSTANTIATE_TEST_SUITE_P(
    all, refused,
    testing::Values(
        refusal{"garbage", "\x16\x03\x01\x02\r\n\r\n", 400},
        refusal{"no_target", "GET HTTP/1.1\r\n\r\n", 400}, refusal{"no_version", "GET /\r\n\r\n", 400},
        refusal{"control_in_target", "GET /\x01 HTTP/1.1\r\n\r\n", 400},
        refusal{"no_host", "GET / HTTP/1.1\r\n\r\n", 400}, refusal{"two_hosts", get + "Host: y\r\n\r\n", 400},
        refusal{"space_before_colon", get + "A : b\r\n\r\n", 400},
        refusal{"nul_in_value", get + std::string("A: \0b\r\n\r\n", 9), 400},
        refusal{"bare_line_feeds", "GET / HTTP/1.1\nHost: x\n\n\r\n\r\n", 505},
        refusal{"http2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        refusal{"http_0_9", "GET / HTTP/0.9\r\n\r\n", 505},
        refusal{"both_lengths", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        refusal{"both_lengths_reversed", post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
                400},
        refusal{"two_different_lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400},
        refusal{"signed_length", post + "Content-Length: +3\r\n\r\n", 400},
        refusal{"negative_length", post + "Content-Length: -3\r\n\r\n", 400},
        refusal{"gzip_coding", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
        refusal{"unknown_coding", post + "Transfer-Encoding: identity\r\n\r\n", 501},
        refusal{"chunks_in_http_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        refusal{"unknown_expectation", post + "Expect: the worst\r\nContent-Length: 1\r\n\r\n", 417},
        refusal{"long_target", "GET /" + std::string(120, 'a') + " HTTP/1.1\r\n\r\n", 414},
        refusal{"endless_target", "GET /" + std::string(5000, 'a'), 414},
        refusal{"long_header", get + "A: " + std::string(600, 'a') + "\r\n\r\n", 431},
        refusal{"endless_header", get + "A: " + std::string(5000, 'a'), 431},
        refusal{"many_headers",
                get +
                    [] {
                        std::string many;
                        for (int i = 0; i < 200; ++i)
                            many += "a: b\r\n";
                        return many;
                    }() +
                    "\r\n",
                431},
        refusal{"long_body", post + "Content-Length: 65\r\n\r\n", 413},
        refusal{"absurd_length", post + "Content-Length: 18446744073709551615\r\n\r\n", 413},
        refusal{"overflowing_length", post + "Content-Length: 18446744073709551616\r\n\r\n", 400},
        refusal{"long_chunk", post + "Transfer-Encoding: chunked\r\n\r\nff\r\nx", 413},
        refusal{"many_chunks",
                post + "Transfer-Encoding: chunked\r\n\r\n" +
                    [] {
                        std::string many;
                        for (int i = 0; i < 65; ++i)
                            many += "1\r\nx\r\n";
                        return many;
                    }(),
                413},
        refusal{"bad_chunk", post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
        refusal{"chunk_without_end", post + "Transfer-Encoding: chunked\r\n\r\n1\r\nabcdef\r\n", 400},
        refusal{"endless_chunk_extension",
                post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(20'000, 'a'), 400},
        refusal{"endless_trailer",
                post + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: " + std::string(20'000, 'a'), 400}));

TEST(request_parser, asks_nobody_for_memory_on_a_claim)
{
    request message;
    request_parser parser({16 << 10, 8 << 10, std::size_t{1} << 40}, message);
    const auto [what, used] = parser.put(post + "Content-Length: 1099511627776\r\n\r\nx");
    EXPECT_EQ(what, request_parser::status::header_done);
    EXPECT_LE(message.body.capacity(), std::size_t{1} << 20);
}

} // namespace
} // namespace chatd::http
