#include "payload.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatd::engineio {
namespace {

using namespace std::string_literals;
using websocket::frame;
using websocket::opcode;

constexpr dialect v4{4, false};
constexpr dialect v3{3, false};
constexpr dialect v3_base64{3, true};

/// What a body holds, as "4:text 4b:bytes", with "!" where it breaks.
std::string read(dialect d, std::string_view body, bool binary_framing = false)
{
    payload_reader reader(d, body, binary_framing);
    std::string out;
    while (const auto p = reader.next()) {
        out += out.empty() ? "" : " ";
        out += std::to_string(static_cast<int>(p->type)) + (p->is_text ? ":" : "b:") + std::string(p->data);
    }
    return reader.failed() ? out + "!" : out;
}

struct reading {
    const char* name;
    dialect speaks;
    std::string body;
    std::string packets;
    bool binary = false;
};

class payload_reading : public testing::TestWithParam<reading> {};

TEST_P(payload_reading, yields_packets)
{
    const auto& p = GetParam();
    EXPECT_EQ(read(p.speaks, p.body, p.binary), p.packets);
}

INSTANTIATE_TEST_SUITE_P(
    version_4, payload_reading,
    testing::Values(reading{"one", v4, "4hello", "4:hello"}, reading{"empty_message", v4, "4", "4:"},
                    reading{"several", v4,
                            "4a\x1e"
                            "2\x1e"
                            "4b",
                            "4:a 2: 4:b"},
                    reading{"base64", v4, "bAQIDBA==", "4b:\x01\x02\x03\x04"},
                    reading{"empty_binary", v4, "b", "4b:"},
                    reading{"mixed", v4,
                            "4a\x1e"
                            "bYg==",
                            "4:a 4b:b"},
                    reading{"nothing", v4, "", "!"}, reading{"unknown_type", v4, "7", "!"},
                    reading{"no_type", v4, "abc", "!"}, reading{"bad_base64", v4, "b!!!!", "!"},
                    reading{"empty_element", v4, "4ok\x1e", "4:ok!"},
                    reading{"good_then_bad", v4,
                            "4ok\x1e"
                            "abc",
                            "4:ok!"}),
    [](const auto& i) { return i.param.name; });

INSTANTIATE_TEST_SUITE_P(
    version_3_text, payload_reading,
    testing::Values(reading{"one", v3, "6:4hello", "4:hello"}, reading{"several", v3, "2:4a1:2", "4:a 2:"},
                    reading{"two_byte_characters", v3, "5:4çğış", "4:çğış"},
                    reading{"surrogate_pair", v3, "3:4🦄2:4a", "4:🦄 4:a"},
                    reading{"half_a_pair", v3, "2:4🦄", "!"},
                    reading{"base64", v3, "10:b4AQIDBA==", "4b:\x01\x02\x03\x04"},
                    reading{"length_inside", v3, "9:46:4hello", "4:6:4hello"},
                    reading{"too_short", v3, "7:4hello", "!"}, reading{"rest", v3, "5:4hello", "4:hell!"},
                    reading{"negative", v3, "-1:4", "!"}, reading{"huge", v3, "99999999999:4hello", "!"},
                    reading{"no_length", v3, ":4hello", "!"}, reading{"no_colon", v3, "6", "!"},
                    reading{"empty_packet", v3, "0:", "!"}, reading{"nothing", v3, "", "!"},
                    reading{"unknown_type", v3, "6:xhello", "!"}),
    [](const auto& i) { return i.param.name; });

INSTANTIATE_TEST_SUITE_P(version_3_binary, payload_reading,
                         testing::Values(reading{"mixed", v3,
                                                 "\x00\x06\xff"
                                                 "4hello\x01\x03\xff\x04"
                                                 "ab"s,
                                                 "4:hello 4b:ab", true},
                                         reading{"two_digits", v3,
                                                 "\x00\x01\x02\xff"
                                                 "4elevenchars"s,
                                                 "4:elevenchars", true},
                                         reading{"no_length", v3, "\x00\xff"s, "!", true},
                                         reading{"other_kind", v3,
                                                 "\x02\x01\xff"
                                                 "4"s,
                                                 "!", true},
                                         reading{"too_short", v3,
                                                 "\x00\x09\xff"
                                                 "4"s,
                                                 "!", true},
                                         reading{"not_a_digit", v3,
                                                 "\x00\x0a\xff"
                                                 "4"s,
                                                 "!", true},
                                         reading{"endless_length", v3, "\x00" + std::string(20, '\1'), "!",
                                                 true},
                                         reading{"not_utf8", v3,
                                                 "\x00\x02\xff"
                                                 "4\xc3"s,
                                                 "!", true},
                                         reading{"not_a_message", v3, "\x01\x01\xff\x09"s, "!", true}),
                         [](const auto& i) { return i.param.name; });

TEST(payload_writing, joins_packets_in_each_dialect)
{
    const std::vector<websocket::frame_ptr> packets{frame::make(opcode::text, "4", "ç🦄"),
                                                    frame::make(opcode::binary, {}, "\x01\x02")};
    EXPECT_EQ(encode_payload(v4, packets).body, "4ç🦄\x1e"
                                                "bAQI=");
    EXPECT_FALSE(encode_payload(v4, packets).binary);
    EXPECT_EQ(encode_payload(v3_base64, packets).body, "4:4ç🦄6:b4AQI=");
    EXPECT_EQ(encode_payload(v3, packets).body, "\x00\x07\xff"
                                                "4ç🦄\x01\x03\xff\x04\x01\x02"s);
    EXPECT_TRUE(encode_payload(v3, packets).binary);
    EXPECT_EQ(encode_payload(v3, std::span(packets).first(1)).body, "4:4ç🦄");
}

TEST(payload_writing, is_read_back)
{
    std::vector<websocket::frame_ptr> packets;
    for (const auto* const text : {"", "a", "çğış", "🦄🏳️‍🌈", "{\"a\":[1]}"})
        packets.push_back(frame::make(opcode::text, "4", text));
    packets.push_back(frame::make(opcode::binary, {}, std::string(300, '\xa5')));
    for (const auto d : {v4, v3, v3_base64}) {
        const auto written = encode_payload(d, packets);
        payload_reader reader(d, written.body, written.binary);
        for (const auto& p : packets) {
            const auto back = reader.next();
            ASSERT_TRUE(back);
            EXPECT_EQ(back->is_text, p->is_text());
            EXPECT_EQ(back->data, p->is_text() ? p->payload().substr(1) : p->payload());
        }
        EXPECT_FALSE(reader.next());
        EXPECT_FALSE(reader.failed());
    }
}

struct message {
    const char* name;
    dialect speaks;
    std::string bytes;
    bool is_text;
    std::string packet; ///< empty: refused
};

class message_decoding : public testing::TestWithParam<message> {};

TEST_P(message_decoding, yields_a_packet)
{
    const auto& m = GetParam();
    std::string scratch;
    const auto p = decode_message(m.speaks, m.bytes, m.is_text, scratch);
    EXPECT_EQ(p ? std::to_string(static_cast<int>(p->type)) + (p->is_text ? ":" : "b:") + std::string(p->data)
                : "",
              m.packet);
}

INSTANTIATE_TEST_SUITE_P(
    websocket, message_decoding,
    testing::Values(message{"text", v4, "4hi", true, "4:hi"}, message{"binary", v4, "hi", false, "4b:hi"},
                    message{"empty_binary", v4, "", false, "4b:"}, message{"empty_text", v4, "", true, ""},
                    message{"unknown", v4, "9", true, ""}, message{"base64_is_not_v4", v4, "bAQ==", true, ""},
                    message{"v3_binary", v3, "\x04hi", false, "4b:hi"},
                    message{"v3_empty_binary", v3, "", false, ""},
                    message{"v3_unknown_binary", v3, "\x09x", false, ""},
                    message{"v3_base64", v3, "b4aGk=", true, "4b:hi"},
                    message{"v3_ping", v3, "2probe", true, "2:probe"}),
    [](const auto& i) { return i.param.name; });

} // namespace
} // namespace chatd::engineio
