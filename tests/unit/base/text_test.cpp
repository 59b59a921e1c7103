#include <chatd/base/text.hpp>

#include <gtest/gtest.h>

namespace chatd::text {
namespace {

TEST(base_text, is_utf8_accepts_all_planes)
{
    for (const std::string_view good :
         {"", "plain ascii, more than eight bytes", "ğüşıöç", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"})
        EXPECT_TRUE(is_utf8(good)) << good;
    EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(base_text, is_utf8_refuses_what_rfc_3629_forbids_wherever_it_stands)
{
    for (const std::string_view bad :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x20", "\xe0\x80\x80", "\xe0\x9f\xbf",
          "\xe1\x80", "\xe1\x80\x20", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
          "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff"})
        for (std::size_t before = 0; before < 20; ++before) {
            const std::string text = std::string(before, 'x') + std::string(bad);
            EXPECT_FALSE(is_utf8(text)) << before;
            EXPECT_FALSE(is_utf8(text + std::string(20, 'y'))) << before;
            EXPECT_FALSE(is_utf8("ğ" + text)) << before;
        }
}

TEST(base_text, counts_code_points)
{
    EXPECT_EQ(count_code_points(""), 0U);
    EXPECT_EQ(count_code_points("abc"), 3U);
    EXPECT_EQ(count_code_points("ğ€😀"), 3U);
}

TEST(base_text, trims_like_javascript)
{
    EXPECT_EQ(trim(" \t\n\v\f\r a b \r\n"), "a b");
    EXPECT_EQ(trim("\u00a0\u2003\u3000\ufeff ı \u2028\u2029\u1680"), "ı");
    EXPECT_EQ(trim("\u200b\u200b"), "\u200b\u200b");
    EXPECT_EQ(trim(" \u00a0 "), "");
    EXPECT_EQ(trim(""), "");
}

struct pair {
    std::string_view left, right;
};

class base_fold : public testing::TestWithParam<pair> {};

TEST_P(base_fold, makes_equal)
{
    EXPECT_EQ(fold(GetParam().left), fold(GetParam().right));
}

INSTANTIATE_TEST_SUITE_P(words, base_fold,
                         testing::Values(pair{"ISPARTA", "isparta"}, pair{"ısparta", "isparta"},
                                         pair{"Isparta", "isparta"}, pair{"İzmir", "izmir"},
                                         pair{"IZMIR", "izmir"}, pair{"sıkıştı", "sikisti"},
                                         pair{"SIKIŞTI", "sikisti"}, pair{"ĞÜŞÖÇ", "gusoc"},
                                         pair{"e\u0301té", "ete"}, pair{"Straße", "STRASSE"},
                                         pair{"ﬁn", "fin"}, pair{"Ａ１", "a1"}, pair{"ΣΊΣΥΦΟΣ", "σισυφος"},
                                         pair{"ёлка", "ЕЛКА"}, pair{"a\u00adb", "ab"}, pair{"i\u0307", "i"}));

TEST(base_text, fold_keeps_other_letters_apart_and_is_stable)
{
    EXPECT_EQ(fold("Hello, World 42"), "hello, world 42");
    EXPECT_EQ(fold("日本語"), "日本語");
    EXPECT_EQ(fold("한국어"), "한국어");
    EXPECT_NE(fold("а"), fold("a")); // Cyrillic and Latin
    EXPECT_EQ(fold(fold("Ǆİﬃ")), fold("Ǆİﬃ"));
    EXPECT_EQ(fold("\xff"), "");
}

/// The quick way for Latin letters and the Unicode tables give the same: a letter that is not Latin forces
/// the latter.
TEST(base_text, folds_latin_letters_alone_as_in_company)
{
    std::string all;
    for (char32_t c = 0x20; c < 0x250; ++c) {
        std::string letter;
        if (c >= 0x80)
            letter += static_cast<char>(0xc0 | c >> 6);
        letter += static_cast<char>(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
        all += letter;
        EXPECT_EQ(fold(letter) + "日", fold(letter + "日")) << letter;
    }
    EXPECT_EQ(fold(all) + "日", fold(all + "日"));
}

TEST(base_text, escapes_html)
{
    EXPECT_EQ(escape_html(R"(<a href="x">'&'</a>)"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST(base_text, decodes_percent_escapes)
{
    EXPECT_EQ(percent_decode("a%20b%C4%9F+c", false), "a bğ+c");
    EXPECT_EQ(percent_decode("a+b", true), "a b");
    EXPECT_EQ(percent_decode("%4a%4A", false), "JJ");
    for (const std::string_view bad : {"%", "%4", "a%4", "%zz", "%4g"})
        EXPECT_EQ(percent_decode(bad, false), std::nullopt) << bad;
}

TEST(base_text, compares_ascii_without_case)
{
    EXPECT_TRUE(iequals_ascii("HeLLo", "hEllO"));
    EXPECT_FALSE(iequals_ascii("hello", "hell"));
    EXPECT_FALSE(iequals_ascii("[", "{"));
    EXPECT_EQ(to_lower_ascii("AZaz[Ğ"), "azaz[Ğ");
}

} // namespace
} // namespace chatd::text
