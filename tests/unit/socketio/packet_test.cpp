#include "packet.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chatd::socketio {
namespace {

/// The parsed packet in words, "refused" when it is none.
std::string describe(std::string_view text, int protocol = 5)
{
    packet p;
    if (!parse_packet(text, {.protocol = protocol, .max_attachments = 3}, p))
        return "refused";
    std::string out = std::to_string(static_cast<int>(p.type)) + " " + std::string(p.nsp);
    if (!p.query.empty())
        out += "?" + std::string(p.query);
    if (p.id)
        out += " #" + std::to_string(*p.id);
    if (p.attachments > 0)
        out += " +" + std::to_string(p.attachments);
    if (!p.name.empty())
        out += " " + std::string(p.name) + ":";
    for (const auto a : p.args)
        out += " <" + std::string(a) + ">";
    std::string joined;
    for (const auto a : p.args)
        joined += (joined.empty() ? "" : ",") + std::string(a);
    EXPECT_EQ(joined, p.args_json);
    if (p.type == packet_type::connect)
        out += " " + std::string(p.data);
    return out;
}

struct example {
    const char* name;
    std::string text;
    std::string packet;
    int protocol = 5;
};

class packet_parsing : public testing::TestWithParam<example> {};

TEST_P(packet_parsing, reads_or_refuses)
{
    EXPECT_EQ(describe(GetParam().text, GetParam().protocol), GetParam().packet);
}

constexpr auto name_of = [](const auto& i) { return std::string(i.param.name); };

INSTANTIATE_TEST_SUITE_P(
    good, packet_parsing,
    testing::Values(
        example{"connect", "0", "0 / "}, example{"connect_auth", R"(0{"token":"1"})", R"(0 / {"token":"1"})"},
        example{"connect_nsp", "0/custom,", "0 /custom "},
        example{"connect_nsp_bare", "0/custom", "0 /custom "},
        example{"connect_spaced", R"(0{ "a" : 1 })", R"(0 / {"a":1})"},
        example{"connect_query_is_of_protocol_4", "0/ns?token=1", "0 /ns?token=1 ", 4},
        example{"connect_question_mark_in_5", "0/ns?token=1", "0 /ns?token=1 "},
        example{"disconnect", "1", "1 /"}, example{"disconnect_nsp", "1/custom,", "1 /custom"},
        example{"event", R"(2["hi"])", "2 / hi:"},
        example{"event_args", R"(2["hi",1,"2",{"3":[true]}])", R"(2 / hi: <1> <"2"> <{"3":[true]}>)"},
        example{"event_ack", R"(2/ns,12["hi",null])", "2 /ns #12 hi: <null>"},
        example{"event_root_written_out", R"(2/,["hi"])", "2 / hi:"},
        example{"event_spaced", "2[ \"a b\" ,\t{ \"c\" : [ 1 , 2 ] } ]", R"(2 / a b: <{"c":[1,2]}>)"},
        example{"event_escaped_name", R"(2["\u0061\"b",1])", "2 / a\"b: <1>"},
        example{"event_number_name", "2[7,1]", "2 / 7: <1>"},
        example{"event_numbers_untouched", R"(2["n",-0,1.50,1E+2,12345678901234567890])",
                "2 / n: <-0> <1.50> <1E+2> <12345678901234567890>"},
        example{"event_placeholder_is_data", R"(2["a",{"_placeholder":true,"num":9}])",
                R"(2 / a: <{"_placeholder":true,"num":9}>)"},
        example{"ack", "37[1,2]", "3 / #7 <1> <2>"}, example{"ack_empty", "30[]", "3 / #0"},
        example{"ack_without_id", "3[]", "3 /"},
        example{"binary", R"(51-["a",{"_placeholder":true,"num":0}])",
                R"(5 / +1 a: <{"_placeholder":true,"num":0}>)"},
        example{"binary_other_order", R"(52-["a",{"num":1,"_placeholder":true}])",
                R"(5 / +2 a: <{"num":1,"_placeholder":true}>)"},
        example{"binary_spaced", R"(51-["a", { "_placeholder" : true , "num" : 0 } ])",
                R"(5 / +1 a: <{"_placeholder":true,"num":0}>)"},
        example{"binary_deep", R"(51-/n,3["a",{"b":[{"_placeholder":true,"num":0}]},{}])",
                R"(5 /n #3 +1 a: <{"b":[{"_placeholder":true,"num":0}]}> <{}>)"},
        example{"binary_ack", R"(61-4[{"_placeholder":true,"num":0}])",
                R"(6 / #4 +1 <{"_placeholder":true,"num":0}>)"},
        example{"binary_false_placeholder", R"(51-["a",{"_placeholder":false}])",
                R"(5 / +1 a: <{"_placeholder":false}>)"},
        example{"empty_values", R"(2["a",[],{},"",[[],{}]])", R"(2 / a: <[]> <{}> <""> <[[],{}]>)"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    bad, packet_parsing,
    testing::Values(
        example{"empty", "", "refused"}, example{"letters", "abc", "refused"},
        example{"type_7", "7", "refused"}, example{"connect_array", "0[]", "refused"},
        example{"connect_open", "0{", "refused"}, example{"connect_null", "0null", "refused"},
        example{"connect_string", R"(0"a")", "refused"}, example{"disconnect_data", "1{}", "refused"},
        example{"refusal_of_a_client", R"(4"no")", "refused"}, example{"event_nothing", "2", "refused"},
        example{"event_object", "2{}", "refused"}, example{"event_empty", "2[]", "refused"},
        example{"event_open", "2[1", "refused"}, example{"event_comma", R"(2["a",])", "refused"},
        example{"event_rest", R"(2["a"]x)", "refused"}, example{"event_two", R"(2["a"]["b"])", "refused"},
        example{"event_name_null", "2[null]", "refused"}, example{"event_name_object", "2[{}]", "refused"},
        example{"event_name_true", "2[true]", "refused"},
        example{"event_id_letters", R"(2abc["a"])", "refused"},
        example{"event_id_huge", R"(299999999999999999999["a"])", "refused"},
        example{"reserved_connect", R"(2["connect"])", "refused"},
        example{"reserved_disconnect", R"(2["disconnect"])", "refused"},
        example{"reserved_disguised", R"(2["\u0063onnect"])", "refused"},
        example{"number_zeros", R"(2["a",01])", "refused"}, example{"number_dot", R"(2["a",1.])", "refused"},
        example{"number_minus", R"(2["a",-])", "refused"},
        example{"number_exponent", R"(2["a",1e])", "refused"}, example{"word", R"(2["a",nul])", "refused"},
        example{"control_character", "2[\"a\",\"\x01\"]", "refused"},
        example{"escape", R"(2["a","\x"])", "refused"},
        example{"short_unicode", R"(2["a","\u12"])", "refused"}, example{"open_string", R"(2["a)", "refused"},
        example{"key_number", R"(2["a",{1:2}])", "refused"},
        example{"no_colon", R"(2["a",{"b"}])", "refused"},
        example{"object_comma", R"(2["a",{"b":1,}])", "refused"},
        example{"crossed", R"(2["a",[{]}])", "refused"}, example{"ack_object", "31{}", "refused"},
        example{"ack_nothing", "31", "refused"}, example{"binary_no_count", R"(5["a"])", "refused"},
        example{"binary_no_number", R"(5-["a"])", "refused"},
        example{"binary_no_dash", R"(51["a"])", "refused"},
        example{"binary_twice", R"(5-1-["a"])", "refused"},
        example{"binary_too_many", R"(54-["a"])", "refused"},
        example{"placeholder_beyond", R"(51-["a",{"_placeholder":true,"num":1}])", "refused"},
        example{"placeholder_negative", R"(51-["a",{"_placeholder":true,"num":-1}])", "refused"},
        example{"placeholder_zeros", R"(51-["a",{"_placeholder":true,"num":00}])", "refused"},
        example{"placeholder_string", R"(51-["a",{"_placeholder":true,"num":"0"}])", "refused"},
        example{"placeholder_fraction", R"(51-["a",{"_placeholder":true,"num":0.5}])", "refused"},
        example{"placeholder_without_num", R"(51-["a",{"_placeholder":true}])", "refused"},
        example{"placeholder_num_twice", R"(51-["a",{"_placeholder":true,"num":0,"num":7}])", "refused"},
        example{"placeholder_disguised", R"(51-["a",{"\u005fplaceholder":true,"num":7}])", "refused"},
        example{"namespace_endless", "2/" + std::string(600, 'a') + R"(,["a"])", "refused"}),
    name_of);

TEST(packet_depth, is_bounded)
{
    const auto nested = [](std::size_t depth) {
        return R"(2["a",)" + std::string(depth, '[') + std::string(depth, ']') + "]";
    };
    EXPECT_NE(describe(nested(256)), "refused");
    EXPECT_EQ(describe(nested(257)), "refused");
    EXPECT_EQ(describe(nested(500'000)), "refused");
    std::string objects = R"(2["a",)";
    for (int i = 0; i < 100'000; ++i)
        objects += R"({"a":)";
    EXPECT_EQ(describe(objects), "refused");
}

std::string written(const outgoing& p)
{
    std::string out(encode_packet(p).head->payload());
    for (const auto& a : encode_packet(p).attachments)
        out += " +" + std::string(a->payload());
    return out;
}

TEST(packet_writing, spells_every_type)
{
    const std::string_view parts[] = {"one", "two"};
    EXPECT_EQ(written({.type = packet_type::connect, .args_json = R"({"sid":"x"})"}), R"(40{"sid":"x"})");
    EXPECT_EQ(written({.type = packet_type::connect, .nsp = "/n", .args_json = "{}"}), "40/n,{}");
    EXPECT_EQ(written({.type = packet_type::disconnect}), "41");
    EXPECT_EQ(written({.name = "a\"b"}), R"(42["a\"b"])");
    EXPECT_EQ(written({.nsp = "/n", .id = 7, .name = "e", .args_json = "1,{}"}), R"(42/n,7["e",1,{}])");
    EXPECT_EQ(written({.name = "e", .args_json = "1", .offset = "z"}), R"(42["e",1,"z"])");
    EXPECT_EQ(written({.name = "e", .offset = "z"}), R"(42["e","z"])");
    EXPECT_EQ(written({.name = "e", .args_json = "1", .attachments = parts}), R"(452-["e",1] +one +two)");
    EXPECT_EQ(written({.type = packet_type::ack, .id = 0}), "430[]");
    EXPECT_EQ(written({.type = packet_type::ack, .id = 1, .args_json = "2", .attachments = parts}),
              "462-1[2] +one +two");
    EXPECT_EQ(written({.type = packet_type::connect_error, .args_json = R"("no")"}), R"(44"no")");
}

} // namespace
} // namespace chatd::socketio
