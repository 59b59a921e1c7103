#include <chatd/schema/object.hpp>
#include <chatd/schema/patterns.hpp>

#include <gtest/gtest.h>

#include <map>

namespace chatd::schema {
namespace {

enum class colour { red, green };

std::optional<colour> parse_colour(std::string_view s) noexcept
{
    if (s == "red")
        return colour::red;
    if (s == "green")
        return colour::green;
    return std::nullopt;
}

struct input {
    std::string conversation_id;
    std::string content;
    std::optional<std::string> client_id;
    std::optional<std::string> email;
    std::string metadata;
    std::int64_t limit = 50;
    std::optional<std::int64_t> page;
    std::optional<bool> all;
    std::vector<std::string> members;
    std::optional<timestamp> from, to;
    colour paint = colour::red;
};

object<input> make_shape()
{
    object<input> shape;
    shape.required("conversationId", &input::conversation_id, id{}).or_named("roomId");
    shape.required("content", &input::content, {.min = 1, .max = 5, .trimmed = true});
    shape.optional("clientId", &input::client_id, {.min = 1, .max = 8, .counted_in = unit::bytes});
    shape.optional("email", &input::email, {.form = &patterns::email}).message("Give a real address");
    shape.optional("metadata", &input::metadata, json_object{.max_bytes = 40, .max_depth = 3});
    shape.optional("limit", &input::limit, {.min = 1, .max = 100, .cut = true});
    shape.optional("page", &input::page, {.min = 1});
    shape.optional("all", &input::all);
    shape.optional("members", &input::members, {.min_items = 1, .max_items = 3});
    shape.optional("from", &input::from);
    shape.optional("to", &input::to, {.end_of_day = true});
    shape.optional("paint", &input::paint, choice<colour>{parse_colour, {"red", "green"}});
    return shape;
}

std::string body(std::string_view members)
{
    return R"({"conversationId":"c1","content":"hi",)" + std::string(members) + "}";
}

TEST(schema_object, reads_every_kind_of_member)
{
    const auto in = make_shape().parse(R"({
        "content": "  ısı\n", "conversationId": 42, "clientId": "a", "email": "ayse@host.local",
        "metadata": { "a": [1, "x y"] }, "limit": 7, "page": 3, "all": false, "members": ["u1", 2],
        "from": "2025-01-31", "to": "2025-01-31", "paint": "green", "unknown": {"deep": [null]} })");
    ASSERT_TRUE(in);
    EXPECT_EQ(in->conversation_id, "42");
    EXPECT_EQ(in->content, "ısı");
    EXPECT_EQ(in->client_id, "a");
    EXPECT_EQ(in->email, "ayse@host.local");
    EXPECT_EQ(in->metadata, R"({"a":[1,"x y"]})");
    EXPECT_EQ(in->limit, 7);
    EXPECT_EQ(in->page, 3);
    EXPECT_EQ(in->all, false);
    EXPECT_EQ(in->members, (std::vector<std::string>{"u1", "2"}));
    EXPECT_EQ(to_iso8601(*in->from), "2025-01-31T00:00:00.000Z");
    EXPECT_EQ(to_iso8601(*in->to), "2025-01-31T23:59:59.999Z");
    EXPECT_EQ(in->paint, colour::green);
}

TEST(schema_object, keeps_the_value_of_a_fresh_object_for_what_is_not_sent)
{
    const auto in = make_shape().parse(R"({"roomId":"r","content":"hi","limit":null,"page":null})");
    ASSERT_TRUE(in);
    EXPECT_EQ(in->conversation_id, "r");
    EXPECT_EQ(in->limit, 50);
    EXPECT_FALSE(in->page);
    EXPECT_FALSE(in->client_id);
}

TEST(schema_object, names_all_broken_fields_in_the_order_of_declaration)
{
    const auto in = make_shape().parse(R"({"page":0,"content":"", "email": 7})");
    ASSERT_FALSE(in);
    EXPECT_EQ(in.error().code, errc::invalid);
    EXPECT_EQ(in.error().detail, "Validation failed");
    ASSERT_EQ(in.error().fields.size(), 4U);
    EXPECT_EQ(in.error().fields[0].field, "conversationId");
    EXPECT_EQ(in.error().fields[0].message, "conversationId is required");
    EXPECT_EQ(in.error().fields[1].message, "content must be 1 to 5 characters");
    EXPECT_EQ(in.error().fields[2].message, "Give a real address");
    EXPECT_EQ(in.error().fields[3].message, "page must be at least 1");
}

struct bad_body {
    std::string_view members, complaint;
};

class schema_bad_body : public testing::TestWithParam<bad_body> {};

TEST_P(schema_bad_body, is_refused_with_one_complaint)
{
    const auto in = make_shape().parse(body(GetParam().members));
    ASSERT_FALSE(in);
    ASSERT_EQ(in.error().fields.size(), 1U);
    EXPECT_EQ(in.error().fields[0].message, GetParam().complaint);
}

INSTANTIATE_TEST_SUITE_P(
    rules, schema_bad_body,
    testing::Values(
        bad_body{R"("content":"çok uzun")", "content must be 1 to 5 characters"},
        bad_body{R"("content":"   ")", "content must be 1 to 5 characters"},
        bad_body{R"("content":["a"])", "content must be a string"},
        bad_body{R"("content":7)", "content must be a string"},
        bad_body{R"("content":"a\u0000")", "content must not contain NUL or incomplete surrogate pairs"},
        bad_body{R"("content":"\ud83d")", "content must not contain NUL or incomplete surrogate pairs"},
        bad_body{R"("content":"\ude00x")", "content must not contain NUL or incomplete surrogate pairs"},
        bad_body{R"("conversationId":1.5)", "conversationId must be an id"},
        bad_body{R"("conversationId":"a b")", "conversationId must be an id"},
        bad_body{R"("conversationId":"")", "conversationId must be an id"},
        bad_body{R"("conversationId":{"$ne":1})", "conversationId must be an id"},
        bad_body{R"("conversationId":true)", "conversationId must be an id"},
        bad_body{R"("clientId":"çççççç")", "clientId must be 1 to 8 bytes"},
        bad_body{R"("email":"no")", "Give a real address"},
        bad_body{R"("metadata":[])", "metadata must be an object"},
        bad_body{R"("metadata":"{}")", "metadata must be an object"},
        bad_body{R"("metadata":{"k":"0123456789012345678901234567890123456789"})",
                 "metadata must be at most 40 bytes"},
        bad_body{R"("metadata":{"a":[[[1]]]})", "metadata must be nested at most 3 levels deep"},
        bad_body{R"("metadata":{"a":"\ud800"})",
                 "metadata must not contain NUL or incomplete surrogate pairs"},
        bad_body{R"("limit":0)", "limit must be from 1 to 100"},
        bad_body{R"("limit":-1)", "limit must be from 1 to 100"},
        bad_body{R"("limit":"5")", "limit must be a whole number"},
        bad_body{R"("limit":1.5)", "limit must be a whole number"},
        bad_body{R"("limit":1e1)", "limit must be a whole number"},
        bad_body{R"("page":99999999999999999999)", "page must be at least 1"},
        bad_body{R"("all":"true")", "all must be true or false"},
        bad_body{R"("all":1)", "all must be true or false"},
        bad_body{R"("members":"u1")", "members must be an array"},
        bad_body{R"("members":[])", "members must have 1 to 3 items"},
        bad_body{R"("members":["a","b","c","d","e"])", "members must have 1 to 3 items"},
        bad_body{R"("members":["a",{"b":[]},null])", "members[1] must be an id"},
        bad_body{R"("members":["a",1.5])", "members[1] must be an id"},
        bad_body{R"("from":"yesterday")", "from must be an ISO 8601 date"},
        bad_body{R"("from":1738281600)", "from must be an ISO 8601 date"},
        bad_body{R"("paint":"blue")", "paint must be one of red, green"},
        bad_body{R"("paint":0)", "paint must be one of red, green"}));

TEST(schema_object, refuses_what_is_not_json)
{
    for (const std::string_view json : {"", " ", "{", "{]", "{\"a\":}", "{\"a\":1,}", "{} {}", "nul",
                                        "{'a':1}", "\"", "{\"content\":\"\xff\"}", "{\"content\":\"\x01\"}",
                                        "{\"content\":\"\\x\"}", "[1", "+1", "01", "\xef\xbb\xbf{}"}) {
        const auto in = make_shape().parse(json);
        ASSERT_FALSE(in) << json;
        EXPECT_EQ(in.error().code, errc::invalid) << json;
        EXPECT_EQ(in.error().detail, "Malformed JSON") << json;
        EXPECT_TRUE(in.error().fields.empty()) << json;
    }
}

TEST(schema_object, refuses_json_that_is_not_an_object)
{
    for (const std::string_view json : {"[]", "null", "1", "\"x\"", "true"}) {
        const auto in = make_shape().parse(json);
        ASSERT_FALSE(in) << json;
        ASSERT_EQ(in.error().fields.size(), 1U) << json;
        EXPECT_EQ(in.error().fields[0].message, "must be a JSON object") << json;
    }
}

TEST(schema_object, refuses_json_that_is_nested_beyond_64_levels)
{
    const auto nested = [](std::size_t levels) {
        return body("\"x\":" + std::string(levels, '[') + std::string(levels, ']'));
    };
    EXPECT_TRUE(make_shape().parse(nested(63)));
    const auto in = make_shape().parse(nested(64));
    ASSERT_FALSE(in);
    EXPECT_EQ(in.error().detail, "JSON is nested too deeply");
    EXPECT_FALSE(make_shape().parse(nested(500'000)));
}

TEST(schema_object, takes_the_last_of_equal_names)
{
    const auto good = make_shape().parse(body(R"("page":0,"page":2)"));
    ASSERT_TRUE(good);
    EXPECT_EQ(good->page, 2);
    EXPECT_FALSE(make_shape().parse(body(R"("page":2,"page":0)")));
}

TEST(schema_object, reads_names_with_escapes)
{
    const auto in = make_shape().parse(R"({"conversationId":"c","c\u006fntent":"\"\u00e7\ud83d\ude00\/"})");
    ASSERT_TRUE(in);
    EXPECT_EQ(in->content, "\"ç😀/");
}

TEST(schema_object, takes_a_bare_value_as_the_field_that_it_stands_for)
{
    auto shape = make_shape();
    EXPECT_FALSE(shape.parse("\"c1\""));
    object<input> room;
    room.required("conversationId", &input::conversation_id, id{});
    room.bare_value_is("conversationId");
    EXPECT_EQ(room.parse("\"c1\"")->conversation_id, "c1");
    EXPECT_EQ(room.parse("17")->conversation_id, "17");
    EXPECT_EQ(room.parse(R"({"conversationId":"c2"})")->conversation_id, "c2");
    EXPECT_FALSE(room.parse("null"));
    EXPECT_FALSE(room.parse("\"\""));
}

TEST(schema_object, checks_conditions_when_the_fields_are_right)
{
    auto shape = make_shape();
    shape.condition("email", "Email or client id is required",
                    [](const input& in) { return in.email.has_value() || in.client_id.has_value(); });
    EXPECT_TRUE(shape.parse(body(R"("clientId":"a")")));
    const auto in = shape.parse(body(R"("page":1)"));
    ASSERT_FALSE(in);
    EXPECT_EQ(in.error().fields[0].message, "Email or client id is required");
}

result<input> parse_query(const std::map<std::string, std::string, std::less<>>& query)
{
    object<input> shape;
    shape.optional("limit", &input::limit, {.min = 1, .max = 100, .cut = true});
    shape.optional("all", &input::all);
    shape.optional("members", &input::members);
    shape.optional("clientId", &input::client_id, {.min = 1});
    shape.optional("to", &input::to, {.end_of_day = true});
    return shape.parse_query([&](std::string_view name) -> std::optional<std::string> {
        const auto found = query.find(name);
        return found == query.end() ? std::nullopt : std::optional(found->second);
    });
}

TEST(schema_query, follows_the_same_rules)
{
    const auto in = parse_query(
        {{"limit", "5000"}, {"all", "true"}, {"members", "a,b"}, {"clientId", ""}, {"to", "2025-01-01"}});
    ASSERT_TRUE(in);
    EXPECT_EQ(in->limit, 100);
    EXPECT_EQ(in->all, true);
    EXPECT_EQ(in->members, (std::vector<std::string>{"a", "b"}));
    EXPECT_FALSE(in->client_id);
    EXPECT_EQ(to_iso8601(*in->to), "2025-01-01T23:59:59.999Z");
    EXPECT_EQ(parse_query({{"limit", "99999999999999999999999"}})->limit, 100);
    EXPECT_EQ(parse_query({})->limit, 50);
}

TEST(schema_query, refuses_limits_that_are_no_numbers)
{
    for (const auto* limit : {"0", "-1", "abc", "", "1.5", "5 ", "+5", "0x10", "-99999999999999999999"}) {
        const auto in = parse_query({{"limit", limit}});
        ASSERT_FALSE(in) << limit;
        EXPECT_EQ(in.error().fields[0].field, "limit");
    }
    EXPECT_FALSE(parse_query({{"clientId", "\xff"}}));
    EXPECT_FALSE(parse_query({{"clientId", std::string(1, '\0')}}));
}

TEST(schema_describe, prints_the_same_rules_as_json_schema)
{
    object<input> shape;
    shape.required("conversationId", &input::conversation_id, id{}).or_named("roomId");
    shape.required("content", &input::content, {.min = 1, .max = 5}).described("What is said");
    shape.optional("limit", &input::limit, {.min = 1, .max = 100});
    shape.optional("paint", &input::paint, choice<colour>{parse_colour, {"red", "green"}});
    EXPECT_EQ(shape.describe(),
              R"({"type":"object","properties":{)"
              R"("conversationId":{"type":["string","integer"],"minLength":1,"maxLength":64},)"
              R"("roomId":{"description":"Another name of conversationId"},)"
              R"("content":{"type":"string","minLength":1,"maxLength":5,"description":"What is said"},)"
              R"("limit":{"type":"integer","minimum":1,"maximum":100,"default":50},)"
              R"("paint":{"type":"string","enum":["red","green"]}},)"
              R"("required":["content"],)"
              R"("allOf":[{"anyOf":[{"required":["conversationId"]},{"required":["roomId"]}]}]})");
}

} // namespace
} // namespace chatd::schema
