#include <chatd/websocket/outbox.hpp>

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

namespace chatd::websocket {
namespace {

std::string gathered(const outbox& o, std::size_t parts)
{
    std::array<iovec, 64> into{};
    const auto n = o.gather(std::span(into).first(parts));
    std::string out;
    for (std::size_t i = 0; i < n; ++i)
        out.append(static_cast<const char*>(into[i].iov_base), into[i].iov_len);
    return out;
}

TEST(frame, has_the_shortest_header)
{
    EXPECT_EQ(frame::make(opcode::text, "4", "hi")->bytes(), std::string("\x81\x03") + "4hi");
    EXPECT_EQ(frame::make(opcode::binary, {}, std::string(125, 'x'))->bytes().substr(0, 2), "\x82\x7d");
    EXPECT_EQ(frame::make(opcode::text, {}, std::string(126, 'x'))->bytes().substr(0, 4),
              std::string_view("\x81\x7e\x00\x7e", 4));
    EXPECT_EQ(frame::make(opcode::text, {}, std::string(0xffff, 'x'))->bytes().substr(0, 4),
              "\x81\x7e\xff\xff");
    EXPECT_EQ(frame::make(opcode::text, {}, std::string(0x10000, 'x'))->bytes().substr(0, 10),
              std::string_view("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
}

TEST(frame, tells_payload_and_type)
{
    const auto text = frame::make(opcode::text, "4", std::string(500, 'x'));
    EXPECT_EQ(text->payload(), "4" + std::string(500, 'x'));
    EXPECT_TRUE(text->is_text());
    EXPECT_FALSE(frame::make(opcode::binary, {}, "b")->is_text());
    EXPECT_EQ(frame::make_raw("HTTP")->bytes(), "HTTP");
}

TEST(outbox, shares_frames_with_other_boxes)
{
    const auto shared = frame::make(opcode::text, {}, "x");
    outbox a;
    outbox b;
    a.push(shared);
    b.push(shared);
    EXPECT_EQ(shared->use_count(), 3U);
    EXPECT_EQ(a.consume(3), 1U);
    b.clear();
    EXPECT_EQ(shared->use_count(), 1U);
}

TEST(outbox, goes_on_in_the_middle_of_a_frame)
{
    outbox o;
    o.push(frame::make_raw("abc"));
    o.push(frame::make_raw("def"));
    EXPECT_EQ(gathered(o, 64), "abcdef");
    EXPECT_EQ(gathered(o, 1), "abc");
    EXPECT_EQ(o.consume(2), 0U);
    EXPECT_EQ(gathered(o, 64), "cdef");
    EXPECT_EQ(o.consume(2), 1U);
    EXPECT_EQ(o.bytes(), 2U);
    EXPECT_EQ(gathered(o, 64), "ef");
    EXPECT_EQ(o.consume(2), 1U);
    EXPECT_TRUE(o.empty());
    EXPECT_EQ(gathered(o, 64), "");
}

TEST(outbox, equals_a_string_under_random_operations)
{
    std::mt19937 random(3);
    outbox o;
    std::string model;
    std::size_t frames = 0;
    std::size_t ended = 0;
    for (int i = 0; i < 20'000; ++i) {
        // Phases of growth and of draining, so that the ring wraps, grows and empties.
        const bool is_growing = (i / 500) % 2 == 0;
        if (random() % 3 < (is_growing ? 2U : 1U)) {
            const std::string bytes(random() % 20 + 1, static_cast<char>('a' + random() % 26));
            o.push(frame::make_raw(bytes));
            model += bytes;
            ++frames;
        } else if (!model.empty()) {
            const auto n = random() % std::min<std::size_t>(model.size(), 60) + 1;
            ended += o.consume(n);
            model.erase(0, n);
        }
        ASSERT_EQ(o.bytes(), model.size());
        ASSERT_EQ(o.frames(), frames - ended);
        ASSERT_EQ(gathered(o, 64), model.substr(0, gathered(o, 64).size()));
    }
}

} // namespace
} // namespace chatd::websocket
