#include "world.hpp"

#include <gtest/gtest.h>

namespace chatd::chat {
namespace {

/// "ab* -cd \"e f\"" as it was understood.
std::string understood(const search_terms& terms)
{
    std::string s;
    for (const auto& t : terms.terms) {
        s += t.excluded ? "-[" : "[";
        for (const auto& w : t.words)
            s += w + (&w == &t.words.back() ? "" : " ");
        s += t.prefix ? "*]" : "]";
    }
    return s;
}

struct query_case {
    std::string query, meaning;
};

class queries : public testing::TestWithParam<query_case> {};

TEST_P(queries, are_understood)
{
    EXPECT_EQ(understood(parse_search(GetParam().query)), GetParam().meaning);
}

INSTANTIATE_TEST_SUITE_P(
    table, queries,
    testing::Values(query_case{"", ""}, query_case{"  \t ", ""}, query_case{"hello World", "[hello][world]"},
                    query_case{"\"good morning\"", "[good morning]"}, query_case{"hel*", "[hel*]"},
                    query_case{"-bad good", "-[bad][good]"}, query_case{"-\"very bad\"", "-[very bad]"},
                    query_case{"\"open", "[open]"}, query_case{"\"go mo\"*", "[go mo*]"}, query_case{"-", ""},
                    query_case{"*", ""}, query_case{"- a", "[a]"}, query_case{"e-mail", "[e mail]"},
                    query_case{"İzmir ISPARTA ısparta", "[izmir][isparta][isparta]"},
                    query_case{"sıkıştı", "[sikisti]"}, query_case{"a OR b", "[a][or][b]"},
                    query_case{"NEAR(x)", "[near x]"}, query_case{"🙂 ok", "[ok]"}, query_case{"\"\"", ""},
                    query_case{"a\"b c\"d", "[a][b c][d]"}));

struct highlight_case {
    std::string query, text, html;
};

class highlights : public testing::TestWithParam<highlight_case> {};

TEST_P(highlights, mark_matches_and_escape_the_rest)
{
    EXPECT_EQ(highlight(GetParam().text, parse_search(GetParam().query)), GetParam().html);
}

INSTANTIATE_TEST_SUITE_P(
    table, highlights,
    testing::Values(
        highlight_case{"hello", "Hello, hello!", "<mark>Hello</mark>, <mark>hello</mark>!"},
        highlight_case{"script", "<script>alert('x')</script>",
                       "&lt;<mark>script</mark>&gt;alert(&#39;x&#39;)&lt;/<mark>script</mark>&gt;"},
        highlight_case{"hel*", "help the helmet, shell", "<mark>help</mark> the <mark>helmet</mark>, shell"},
        highlight_case{"hel", "help", "help"},
        highlight_case{"\"good morning\"", "good day, good Morning",
                       "good day, <mark>good</mark> <mark>Morning</mark>"},
        highlight_case{"isparta", "ISPARTA ısparta Isparta",
                       "<mark>ISPARTA</mark> <mark>ısparta</mark> <mark>Isparta</mark>"},
        highlight_case{"sikisti", "trafik SIKIŞTI", "trafik <mark>SIKIŞTI</mark>"},
        highlight_case{"izmir", "İZMİR'de", "<mark>İZMİR</mark>&#39;de"},
        highlight_case{"good -bad", "good bad", "<mark>good</mark> bad"},
        highlight_case{"amp", "a & b", "a &amp; b"},
        highlight_case{"cafe", "cafe\u0301 x", "<mark>cafe\u0301</mark> x"}));

class refused_queries : public testing::TestWithParam<std::string> {};

TEST_P(refused_queries, do_not_reach_the_store)
{
    world w;
    search_query q;
    q.text = GetParam();
    const auto found = w.run(w.core.search.find(w.as("ada"), q));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, errc::invalid);
    EXPECT_EQ(found.error().fields.at(0).field, "query");
    EXPECT_EQ(w.search_rows.searches, 0);
}

INSTANTIATE_TEST_SUITE_P(table, refused_queries,
                         testing::Values("", "   ", "-only -exclusions", "!!!", std::string(201, 'x')));

TEST(search_service, looks_only_where_the_caller_belongs)
{
    world w;
    search_query q;
    q.text = "word";
    q.conversation_id = "c1";
    EXPECT_TRUE(w.run(w.core.search.find(w.as("ada"), q)));
    EXPECT_EQ(w.run(w.core.search.find(w.as("eve"), q)).error().code, errc::forbidden);
    q.conversation_id = "c9";
    EXPECT_EQ(w.run(w.core.search.find(w.as("ada"), q)).error().code, errc::not_found);
    EXPECT_EQ(w.search_rows.searches, 1);
}

TEST(search_service, suggests_from_two_characters_on)
{
    world w;
    EXPECT_EQ(w.run(w.core.search.suggest(w.as("ada"), " x ", 5)).error().code, errc::invalid);
    EXPECT_EQ(*w.run(w.core.search.suggest(w.as("ada"), " şı ", 5)), (std::vector<std::string>{"şı"}));
}

} // namespace
} // namespace chatd::chat
