#include <chatd/schema/patterns.hpp>

#include <gtest/gtest.h>

namespace chatd::schema {
namespace {

struct sample {
    const pattern* form;
    std::string text;
    bool fits;
};

class schema_pattern : public testing::TestWithParam<sample> {};

TEST_P(schema_pattern, matches_what_it_names)
{
    EXPECT_EQ(GetParam().form->matches(GetParam().text), GetParam().fits) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    samples, schema_pattern,
    testing::Values(sample{&patterns::email, "a@b", true}, sample{&patterns::email, "ayşe@örnek.local", true},
                    sample{&patterns::email, "first.last+tag@mail.example.com", true},
                    sample{&patterns::email, "@b.c", false}, sample{&patterns::email, "a@", false},
                    sample{&patterns::email, "a b@c.d", false}, sample{&patterns::email, "a@-b.c", false},
                    sample{&patterns::email, "a@b..c", false}, sample{&patterns::email, ".a@b.c", false},
                    sample{&patterns::email, "a@b.c\n", false}, sample{&patterns::email, "<a@b.c>", false},
                    sample{&patterns::email, std::string(65, 'a') + "@b.c", false},
                    sample{&patterns::http_url, "https://cdn.example.com/a.png?x=1#y", true},
                    sample{&patterns::http_url, "http://localhost:3000/x", true},
                    sample{&patterns::http_url, "http://[::1]/x", true},
                    sample{&patterns::http_url, "javascript:alert(1)", false},
                    sample{&patterns::http_url, "http://", false},
                    sample{&patterns::http_url, "http://user:pw@host/", false},
                    sample{&patterns::http_url, "http://a b/", false},
                    sample{&patterns::http_url, "http://host/\"><script>", false},
                    sample{&patterns::http_url, "ftp://host/", false},
                    sample{&patterns::phone, "+905551234567", true},
                    sample{&patterns::phone, "05551234567", false},
                    sample{&patterns::phone, "+0551234567", false}, sample{&patterns::phone, "+12345", false},
                    sample{&patterns::phone, "+12345678901234567", false},
                    sample{&patterns::word, "Ayse_1", true}, sample{&patterns::word, "ayşe", false},
                    sample{&patterns::word, "a-b", false}, sample{&patterns::token, "a-b:c/1", true},
                    sample{&patterns::token, "a b", false}));

} // namespace
} // namespace chatd::schema
