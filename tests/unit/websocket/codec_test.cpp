#include "client_frames.hpp"

#include <chatd/websocket/codec.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace chatd::websocket {
namespace {

constexpr std::size_t limit = 1000;

const char* name_of(event::kind k)
{
    switch (k) {
    case event::kind::text:
        return "text";
    case event::kind::binary:
        return "binary";
    case event::kind::ping:
        return "ping";
    case event::kind::pong:
        return "pong";
    case event::kind::close:
        return "close";
    case event::kind::failed:
        return "failed";
    case event::kind::none:
        break;
    }
    return "none";
}

/// Everything that a decoder makes of `bytes` fed in pieces of the given size, as "text(hi) close:1000()".
std::string decode(std::string bytes, std::size_t piece, std::size_t max_message = limit)
{
    codec decoder(max_message);
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        // A buffer of its own size lets the sanitizer see every byte read too far.
        std::vector<char> part(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                               bytes.begin() +
                                   static_cast<std::ptrdiff_t>(std::min(at + piece, bytes.size())));
        decoder.feed(part);
        for (auto e = decoder.next(); e.what != event::kind::none; e = decoder.next()) {
            out += out.empty() ? "" : " ";
            out += name_of(e.what);
            if (e.code != 0)
                out += ":" + std::to_string(e.code);
            out += "(" + std::string(e.payload) + ")";
        }
    }
    return out;
}

struct example {
    const char* name;
    std::string bytes;
    std::string expected;
};

void PrintTo(const example& e, std::ostream* out)
{
    *out << e.name;
}

class codec_rules : public testing::TestWithParam<example> {};

TEST_P(codec_rules, hold_however_the_bytes_are_cut)
{
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{1 << 20}})
        EXPECT_EQ(decode(GetParam().bytes, piece), GetParam().expected) << "in pieces of " << piece;
}

const std::string long_text(limit, 'x');

INSTANTIATE_TEST_SUITE_P(
    messages, codec_rules,
    testing::Values(
        example{"text", client_frame(0x81, "hello"), "text(hello)"},
        example{"binary", client_frame(0x82, "\xff\x01"), "binary(\xff\x01)"},
        example{"empty", client_frame(0x81, "") + client_frame(0x82, ""), "text() binary()"},
        example{"many_in_one_read",
                client_frame(0x81, "a") + client_frame(0x82, "b") + client_frame(0x81, "c"),
                "text(a) binary(b) text(c)"},
        example{"length_125", client_frame(0x81, std::string(125, 'a')),
                "text(" + std::string(125, 'a') + ")"},
        example{"length_126", client_frame(0x81, std::string(126, 'a')),
                "text(" + std::string(126, 'a') + ")"},
        example{"at_the_limit", client_frame(0x81, long_text), "text(" + long_text + ")"},
        example{"zero_mask", client_frame(0x81, "plain", std::string_view("\0\0\0\0", 4)), "text(plain)"},
        example{"two_fragments", client_frame(0x01, "he") + client_frame(0x80, "llo"), "text(hello)"},
        example{"empty_fragments",
                client_frame(0x02, "") + client_frame(0x00, "") + client_frame(0x00, "x") +
                    client_frame(0x80, ""),
                "binary(x)"},
        example{"message_after_fragments",
                client_frame(0x01, "a") + client_frame(0x80, "b") + client_frame(0x81, "c"),
                "text(ab) text(c)"},
        example{"fragments_at_the_limit", client_frame(0x01, long_text.substr(1)) + client_frame(0x80, "x"),
                "text(" + long_text + ")"}));

INSTANTIATE_TEST_SUITE_P(
    control_frames, codec_rules,
    testing::Values(
        example{"ping", client_frame(0x89, "are you there"), "ping(are you there)"},
        example{"pong", client_frame(0x8a, ""), "pong()"},
        example{"ping_of_125", client_frame(0x89, std::string(125, 'p')),
                "ping(" + std::string(125, 'p') + ")"},
        example{"between_fragments",
                client_frame(0x01, "a") + client_frame(0x89, "1") + client_frame(0x00, "b") +
                    client_frame(0x8a, "2") + client_frame(0x80, "c"),
                "ping(1) pong(2) text(abc)"},
        example{"close_between_fragments", client_frame(0x01, "a") + client_close(1001), "close:1001()"},
        example{"close_without_code", client_frame(0x88, ""), "close:1005()"},
        example{"close_with_reason", client_close(1000, "bye"), "close:1000(bye)"},
        example{"nothing_after_close", client_close(1000) + client_frame(0x81, "late"), "close:1000()"},
        example{"close_reason_cut_inside_a_character", client_close(1000, "\xc3"), "failed:1007()"},
        example{"close_of_one_byte", client_frame(0x88, "x"), "failed:1002()"}));

INSTANTIATE_TEST_SUITE_P(
    broken_rules, codec_rules,
    testing::Values(
        example{"unmasked", std::string("\x81\x02hi"), "failed:1002()"},
        example{"rsv1", client_frame(0xc1, "x"), "failed:1002()"},
        example{"rsv2", client_frame(0xa1, "x"), "failed:1002()"},
        example{"rsv3", client_frame(0x91, "x"), "failed:1002()"},
        example{"reserved_data_opcode_3", client_frame(0x83, "x"), "failed:1002()"},
        example{"reserved_data_opcode_7", client_frame(0x87, "x"), "failed:1002()"},
        example{"reserved_control_opcode_11", client_frame(0x8b, "x"), "failed:1002()"},
        example{"reserved_control_opcode_15", client_frame(0x8f, "x"), "failed:1002()"},
        example{"fragmented_ping", client_frame(0x09, "x"), "failed:1002()"},
        example{"fragmented_close", client_frame(0x08, ""), "failed:1002()"},
        example{"ping_of_126", client_frame(0x89, std::string(126, 'p')), "failed:1002()"},
        example{"continuation_without_message", client_frame(0x80, "x"), "failed:1002()"},
        example{"unfinished_continuation_without_message", client_frame(0x00, "x"), "failed:1002()"},
        example{"continuation_after_message", client_frame(0x81, "a") + client_frame(0x80, "b"),
                "text(a) failed:1002()"},
        example{"text_inside_message", client_frame(0x01, "a") + client_frame(0x81, "b"), "failed:1002()"},
        example{"binary_inside_message", client_frame(0x01, "a") + client_frame(0x02, "b"), "failed:1002()"},
        example{"length_5_in_two_bytes", std::string("\x81\xfe\x00\x05", 4) + "kkkk" + "hello",
                "failed:1002()"},
        example{"length_125_in_two_bytes", std::string("\x81\xfe\x00\x7d", 4) + "kkkk", "failed:1002()"},
        example{"length_65535_in_eight_bytes",
                std::string("\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff", 10) + "kkkk", "failed:1002()"},
        example{"length_with_sign_bit", std::string("\x81\xff\x80\x00\x00\x00\x00\x00\x00\x01", 10) + "kkkk",
                "failed:1002()"},
        example{"too_long_by_one", client_frame(0x81, long_text + "x"), "failed:1009()"},
        example{"claims_2_to_the_62", std::string("\x82\xff\x40\x00\x00\x00\x00\x00\x00\x00", 10) + "kkkk",
                "failed:1009()"},
        example{"fragments_too_long_by_one", client_frame(0x01, long_text) + client_frame(0x80, "x"),
                "failed:1009()"},
        example{"first_message_still_counts", client_frame(0x81, "ok") + std::string("\x81\x02hi"),
                "text(ok) failed:1002()"},
        example{"nothing_after_failure", std::string("\x81\x02hi") + client_frame(0x81, "late"),
                "failed:1002()"}));

INSTANTIATE_TEST_SUITE_P(
    utf8, codec_rules,
    testing::Values(
        example{"all_lengths", client_frame(0x81, "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80z and more ascii"),
                "text(a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80z and more ascii)"},
        example{
            "limits_of_ranges",
            client_frame(
                0x81, "\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
            "text(\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf)"},
        example{"character_across_fragments", client_frame(0x01, "\xe2\x82") + client_frame(0x80, "\xac"),
                "text(\xe2\x82\xac)"},
        example{"character_across_fragments_and_ping",
                client_frame(0x01, "\xf0\x9f") + client_frame(0x89, "") + client_frame(0x80, "\x98\x80"),
                "ping() text(\xf0\x9f\x98\x80)"},
        example{"cut_at_the_end", client_frame(0x81, "abc\xe2\x82"), "failed:1007()"},
        example{"cut_at_the_last_fragment", client_frame(0x01, "a") + client_frame(0x80, "\xc3"),
                "failed:1007()"},
        example{"refused_before_the_message_ends", client_frame(0x01, "\xff"), "failed:1007()"},
        example{"lone_continuation", client_frame(0x81, "\x80"), "failed:1007()"},
        example{"overlong_two", client_frame(0x81, "\xc0\xaf"), "failed:1007()"},
        example{"overlong_three", client_frame(0x81, "\xe0\x9f\xbf"), "failed:1007()"},
        example{"overlong_four", client_frame(0x81, "\xf0\x8f\xbf\xbf"), "failed:1007()"},
        example{"surrogate", client_frame(0x81, "\xed\xa0\x80"), "failed:1007()"},
        example{"above_10ffff", client_frame(0x81, "\xf4\x90\x80\x80"), "failed:1007()"},
        example{"f5", client_frame(0x81, "\xf5\x80\x80\x80"), "failed:1007()"},
        example{"interrupted", client_frame(0x81, "\xe2\x82x"), "failed:1007()"},
        example{"after_long_ascii", client_frame(0x81, std::string(64, 'a') + "\xff"), "failed:1007()"},
        example{"binary_is_free", client_frame(0x82, "\xff\xfe"), "binary(\xff\xfe)"}));

class close_codes : public testing::TestWithParam<std::pair<std::uint16_t, bool>> {};

TEST_P(close_codes, are_taken_or_refused)
{
    const auto [code, is_valid] = GetParam();
    EXPECT_EQ(decode(client_close(code), 1 << 20),
              is_valid ? "close:" + std::to_string(code) + "()" : "failed:1002()");
}

INSTANTIATE_TEST_SUITE_P(all, close_codes,
                         testing::Values(std::pair{0, false}, std::pair{999, false}, std::pair{1000, true},
                                         std::pair{1001, true}, std::pair{1002, true}, std::pair{1003, true},
                                         std::pair{1004, false}, std::pair{1005, false},
                                         std::pair{1006, false}, std::pair{1007, true}, std::pair{1011, true},
                                         std::pair{1014, true}, std::pair{1015, false},
                                         std::pair{1016, false}, std::pair{2999, false},
                                         std::pair{3000, true}, std::pair{4999, true}, std::pair{5000, false},
                                         std::pair{65535, false}));

TEST(codec, refuses_on_the_first_bytes_without_waiting_for_the_rest)
{
    EXPECT_EQ(decode(std::string("\x81\x7f", 2), 1), "failed:1002()");
    EXPECT_EQ(decode(client_frame(0x81, long_text + "x").substr(0, 8), 1), "failed:1009()");
}

TEST(codec, holds_nothing_between_messages)
{
    codec decoder(limit);
    auto whole = client_frame(0x81, "x");
    decoder.feed(whole);
    EXPECT_EQ(decoder.next().what, event::kind::text);
    EXPECT_TRUE(decoder.holds_nothing());

    auto half = client_frame(0x81, "hello");
    std::span<char> bytes(half);
    decoder.feed(bytes.first(3));
    EXPECT_EQ(decoder.next().what, event::kind::none);
    EXPECT_FALSE(decoder.holds_nothing());
    decoder.feed(bytes.subspan(3));
    EXPECT_EQ(decoder.next().payload, "hello");
    EXPECT_EQ(decoder.next().what, event::kind::none);
    EXPECT_TRUE(decoder.holds_nothing());
}

TEST(codec, takes_a_large_message_in_small_reads)
{
    std::string large(300'000, '\0');
    std::mt19937 random(7);
    for (auto& c : large)
        c = static_cast<char>(random());
    EXPECT_EQ(decode(client_frame(0x82, large), 1500, 1'000'000), "binary(" + large + ")");
}

/// Random messages, cut into random fragments with pings between them and random reads, come out as they
/// were.
TEST(codec, gives_back_what_was_sent)
{
    std::mt19937 random(42);
    const auto below = [&](std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
    };
    for (int round = 0; round < 300; ++round) {
        std::string bytes;
        std::string expected;
        for (std::size_t m = below(6) + 1; m > 0; --m) {
            std::string message(below(300), 'a');
            for (auto& c : message)
                c = static_cast<char>('a' + below(26));
            std::string_view rest = message;
            bool is_first = true;
            for (bool is_last = false; !is_last; is_first = false) {
                const auto size = below(rest.size() + 1);
                is_last = size == rest.size() || below(4) == 0;
                const auto piece = is_last ? rest : rest.substr(0, size);
                rest.remove_prefix(piece.size());
                bytes += client_frame((is_last ? 0x80U : 0U) | (is_first ? 1U : 0U), piece);
                if (!is_last && below(3) == 0) {
                    bytes += client_frame(0x89, "p");
                    expected += "ping(p) ";
                }
            }
            expected += "text(" + message + ") ";
        }
        expected.pop_back();
        EXPECT_EQ(decode(bytes, below(50) + 1), expected);
    }
}

} // namespace
} // namespace chatd::websocket
