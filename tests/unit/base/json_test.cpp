#include <chatd/base/json_reader.hpp>
#include <chatd/base/json_writer.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace chatd {
namespace {

std::string json_string(std::string_view s)
{
    std::string out;
    append_json_string(out, s);
    return out;
}

TEST(base_json_writer, writes_nested_values_with_commas_in_the_right_places)
{
    json_writer w;
    w.begin_object();
    w.field("a", 1).field("b", "x").field("c", true).field("d", nullptr).field("e", 1.5);
    w.key("f")
        .begin_array()
        .value(-1)
        .value(std::numeric_limits<std::uint64_t>::max())
        .begin_object()
        .end_object()
        .begin_array();
    w.end_array().end_array();
    w.field("g", from_millis(0))
        .field("h", std::optional<std::string>{})
        .raw_field("i", "[1]")
        .raw_members("\"j\":2,\"k\":3");
    w.field("l", std::nan("")).end_object();
    EXPECT_EQ(w.str(), R"({"a":1,"b":"x","c":true,"d":null,"e":1.5,"f":[-1,18446744073709551615,{},[]],)"
                       R"("g":"1970-01-01T00:00:00.000Z","h":null,"i":[1],"j":2,"k":3,"l":null})");
}

TEST(base_json_writer, escapes_what_rfc_8259_wants_escaped_and_nothing_else)
{
    EXPECT_EQ(json_string(""), "\"\"");
    EXPECT_EQ(json_string("\"\\/\b\f\n\r\t"), R"("\"\\/\b\f\n\r\t")");
    EXPECT_EQ(json_string(std::string("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
    EXPECT_EQ(json_string("ğüşıöç 😀 <b>&</b>"), "\"ğüşıöç 😀 <b>&</b>\"");
}

TEST(base_json_writer, finds_an_escape_wherever_it_stands)
{
    for (std::size_t length = 0; length < 40; ++length)
        for (std::size_t at = 0; at < length; ++at)
            for (const char c : {'"', '\\', '\x01', '\x80', ' ', '!', '\x7f'}) {
                std::string text(length, 'x');
                text[at] = c;
                std::string expected = text;
                if (c == '"' || c == '\\')
                    expected.insert(at, 1, '\\');
                else if (c == '\x01')
                    expected.replace(at, 1, "\\u0001");
                EXPECT_EQ(json_string(text), '"' + expected + '"');
            }
}

/// Passes over the whole text; empty when it is not well-formed.
std::optional<std::string> passed(std::string_view text, std::size_t depth = json_reader::deepest)
{
    json_reader in(text, depth);
    std::string_view raw;
    if (!in.skip(raw) || !in.finish())
        return std::nullopt;
    return std::string(raw);
}

TEST(base_json_reader, passes_over_well_formed_values)
{
    for (const std::string_view text :
         {"0", "-0", "1.5e+3", "-12.25E-2", "1e5", "true", "false", "null", "\"\"",
          R"("a\"b\\c\/\b\f\n\r\t\u00e7")", "[]", "[ ]", "{}", "{ }", "[1,[2,[3]],{}]",
          R"({"a":{"b":[{"c":null}]},"a":1})", "\"ğ\"", "\"\x7f\""})
        EXPECT_EQ(passed(text), text);
    EXPECT_EQ(passed(" \t\r\n[1 , 2 ] \n"), "[1 , 2 ]");
}

TEST(base_json_reader, refuses_everything_else)
{
    for (const std::string_view text : {"",
                                        " ",
                                        "01",
                                        "-",
                                        "+1",
                                        ".5",
                                        "1.",
                                        "1e",
                                        "1e+",
                                        "0x1",
                                        "tru",
                                        "nul",
                                        "NaN",
                                        "Infinity",
                                        "\"",
                                        "\"\\\"",
                                        "\"\\x\"",
                                        "\"\\u12\"",
                                        "\"\\u12g4\"",
                                        "\"\n\"",
                                        "\"\x01\"",
                                        "\"\xff\"",
                                        "\"\xc0\x80\"",
                                        "\"\xed\xa0\x80\"",
                                        "'a'",
                                        "[",
                                        "]",
                                        "[1",
                                        "[1,",
                                        "[1,]",
                                        "[,1]",
                                        "[1 2]",
                                        "[1]]",
                                        "{",
                                        "{]",
                                        "{\"a\"",
                                        "{\"a\":",
                                        "{\"a\":1",
                                        "{\"a\":1,",
                                        "{\"a\":1,}",
                                        "{,}",
                                        "{a:1}",
                                        "{1:1}",
                                        "{\"a\" 1}",
                                        "{\"a\":1 \"b\":2}",
                                        "1 2",
                                        "{} x",
                                        "\xef\xbb\xbf{}",
                                        "// c\n1",
                                        "\"\\ud800\\u\"",
                                        "\"\\ud800\\u12\""})
        EXPECT_EQ(passed(text), std::nullopt) << text;
}

TEST(base_json_reader, follows_64_levels)
{
    const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    EXPECT_TRUE(passed(nested(64)));
    EXPECT_FALSE(passed(nested(65)));
    EXPECT_TRUE(passed(nested(3), 3));
    EXPECT_FALSE(passed(nested(4), 3));
    const auto many = std::string(1'000'000, '{');
    json_reader in(many);
    std::string_view raw;
    EXPECT_FALSE(in.skip(raw));
    EXPECT_NE(in.why(), json_reader::failure::none);
}

TEST(base_json_reader, reads_members_one_by_one)
{
    json_reader in(R"( {"s":"x\u0131","n":-1.5,"b":true,"z":null,"l":[1,[2]],"k\"":{"m":[]}} )");
    std::string_view key, raw;
    std::string text;
    bool yes = false;
    ASSERT_TRUE(in.enter_object());
    ASSERT_TRUE(in.next_member(key));
    EXPECT_EQ(key, "s");
    ASSERT_TRUE(in.read_string(text));
    EXPECT_EQ(text, "xı");
    ASSERT_TRUE(in.next_member(key) && in.read_number(raw));
    EXPECT_EQ(raw, "-1.5");
    ASSERT_TRUE(in.next_member(key) && in.read_boolean(yes));
    EXPECT_TRUE(yes);
    ASSERT_TRUE(in.next_member(key));
    EXPECT_EQ(in.peek(), json_reader::kind::null);
    ASSERT_TRUE(in.read_null());
    ASSERT_TRUE(in.next_member(key) && in.enter_array() && in.next_element() && in.skip(raw));
    EXPECT_EQ(raw, "1");
    ASSERT_TRUE(in.next_element() && in.skip(raw));
    EXPECT_EQ(raw, "[2]");
    EXPECT_FALSE(in.next_element());
    ASSERT_TRUE(in.next_member(key));
    EXPECT_EQ(key, "k\"");
    ASSERT_TRUE(in.skip(raw));
    EXPECT_EQ(raw, R"({"m":[]})");
    EXPECT_FALSE(in.next_member(key));
    EXPECT_TRUE(in.finish());
}

TEST(base_json_reader, tells_of_nul_and_half_surrogate_pairs)
{
    const auto read = [](std::string_view json, bool clean) {
        json_reader in(json);
        std::string text;
        EXPECT_TRUE(in.read_string(text) && in.finish()) << json;
        EXPECT_EQ(in.clean(), clean) << json;
        return text;
    };
    EXPECT_EQ(read(R"("\ud83d\ude00")", true), "😀");
    EXPECT_EQ(read(R"("\udbff\udfff")", true), "\xf4\x8f\xbf\xbf");
    EXPECT_EQ(read(R"("\ud83dx")", false), "\xef\xbf\xbdx");
    EXPECT_EQ(read(R"("\ud83d\ud83d\ude00")", false), "\xef\xbf\xbd😀");
    EXPECT_EQ(read(R"("\ude00")", false), "\xef\xbf\xbd");
    EXPECT_EQ(read(R"("\ud83d\n")", false), "\xef\xbf\xbd\n");
    EXPECT_EQ(read(R"("a\u0000")", false), std::string("a\0", 2));
    json_reader in(R"({"a":["\ud800"]})");
    std::string_view raw;
    EXPECT_TRUE(in.skip(raw));
    EXPECT_FALSE(in.clean());
}

TEST(base_json_reader, reads_back_what_the_writer_wrote)
{
    std::string text;
    for (int c = 0; c < 0x80; ++c)
        text += static_cast<char>(c);
    text += "ğ€😀";
    const auto json = json_string(text);
    json_reader in(json);
    std::string again;
    EXPECT_TRUE(in.read_string(again) && in.finish());
    EXPECT_EQ(again, text);
}

TEST(base_json, compact_json_drops_white_space_between_tokens_only)
{
    EXPECT_EQ(compact_json(" { \"a b\" : [ 1 ,\t2 ] ,\n\"c\\\" d\" : \" \\\\\" } "),
              R"({"a b":[1,2],"c\" d":" \\"})");
}

} // namespace
} // namespace chatd
