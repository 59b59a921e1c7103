#include "fuzz.hpp"

#include <chatd/base/text.hpp>
#include <chatd/schema/object.hpp>
#include <chatd/schema/patterns.hpp>

#include <string>

namespace {

namespace schema = chatd::schema;

struct input {
    std::string conversation_id, content, metadata;
    std::optional<std::string> email;
    std::int64_t limit = 50;
    std::optional<bool> all;
    std::vector<std::string> members;
    std::optional<chatd::timestamp> from;
};

schema::object<input> make_shape()
{
    schema::object<input> shape;
    shape.required("conversationId", &input::conversation_id, schema::id{}).or_named("roomId");
    shape.required("content", &input::content, {.min = 1, .max = 20, .trimmed = true});
    shape.optional("metadata", &input::metadata, schema::json_object{.max_bytes = 64, .max_depth = 3});
    shape.optional("email", &input::email, {.form = &schema::patterns::email});
    shape.optional("limit", &input::limit, {.min = 1, .max = 100, .cut = true});
    shape.optional("all", &input::all);
    shape.optional("members", &input::members, {.max_items = 3});
    shape.optional("from", &input::from);
    shape.bare_value_is("conversationId");
    return shape;
}

bool is_text(const std::string& s)
{
    return chatd::text::is_utf8(s) && s.find('\0') == std::string::npos;
}

/// The promises of the shape hold for whatever it lets through.
void check(const input& in)
{
    FUZZ_CHECK(chatd::is_valid_id(in.conversation_id));
    FUZZ_CHECK(is_text(in.content) && chatd::text::trim(in.content) == in.content);
    FUZZ_CHECK(!in.content.empty() && chatd::text::count_code_points(in.content) <= 20);
    FUZZ_CHECK(is_text(in.metadata) && in.metadata.size() <= 64);
    FUZZ_CHECK(in.limit >= 1 && in.limit <= 100);
    FUZZ_CHECK(in.members.size() <= 3);
    for (const auto& each : in.members)
        FUZZ_CHECK(chatd::is_valid_id(each));
}

} // namespace

FUZZ_TARGET(text)
{
    static const auto shape = make_shape();
    if (const auto body = shape.parse(text))
        check(*body);
    else
        FUZZ_CHECK(body.error().code == chatd::errc::invalid && !body.error().detail.empty());
    if (const auto query =
            shape.parse_query([&](std::string_view) { return std::optional(std::string(text)); }))
        check(*query);
}
