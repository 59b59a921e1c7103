#include "recovery_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace chatd::socketio {
namespace {

using namespace std::chrono_literals;
using strings = std::vector<std::string>;

encoded_packet numbered(std::uint64_t n)
{
    return encode_packet({.name = "n", .args_json = std::to_string(n)});
}

strings replayed(const recovery_log& log, const strings& rooms, std::uint64_t since)
{
    const std::vector<std::string_view> names(rooms.begin(), rooms.end());
    strings out;
    for (const auto& m : log.replay(names, since))
        out.emplace_back(m.packet->head->payload());
    return out;
}

const recovery_log::time start{1h};

TEST(recovery_log_test, replays_what_lies_behind_a_position_once_and_in_order)
{
    recovery_log log(60s, 1 << 20);
    log.append(strings{"a"}, {}, numbered(1), start);
    log.append(strings{"b"}, {}, numbered(2), start);
    log.append(strings{"b", "a", "a"}, {}, numbered(3), start);
    log.append({}, {}, numbered(4), start);
    EXPECT_EQ(replayed(log, {"a"}, 0), (strings{R"(42["n",1])", R"(42["n",3])", R"(42["n",4])"}));
    EXPECT_EQ(replayed(log, {"a", "b"}, 1), (strings{R"(42["n",2])", R"(42["n",3])", R"(42["n",4])"}));
    EXPECT_EQ(replayed(log, {"c"}, 0), strings{R"(42["n",4])"});
    EXPECT_EQ(replayed(log, {"a"}, 4), strings{});
}

TEST(recovery_log_test, leaves_out_what_excepted_one_of_the_rooms)
{
    recovery_log log(60s, 1 << 20);
    log.append(strings{"a", "b"}, strings{"b"}, numbered(1), start);
    EXPECT_EQ(replayed(log, {"a"}, 0).size(), 1u);
    EXPECT_EQ(replayed(log, {"a", "b"}, 0).size(), 0u);
}

TEST(recovery_log_test, forgets_by_age)
{
    recovery_log log(60s, 1 << 20);
    log.append(strings{"a"}, {}, numbered(1), start);
    log.append(strings{"a"}, {}, numbered(2), start + 30s);
    log.prune(start + 61s);
    EXPECT_EQ(log.complete_since(), 1u);
    EXPECT_EQ(log.last(), 2u);
    EXPECT_EQ(replayed(log, {"a"}, 0), strings{R"(42["n",2])"});
    log.prune(start + 91s);
    EXPECT_EQ(log.size(), 0u);
    EXPECT_EQ(log.bytes(), 0u);
    EXPECT_EQ(log.last(), 2u);
}

TEST(recovery_log_test, forgets_by_bytes)
{
    recovery_log log(60s, 2000);
    for (std::uint64_t n = 1; n <= 100; ++n)
        log.append(strings{"a"}, {}, numbered(n), start);
    EXPECT_LE(log.bytes(), 2000u);
    EXPECT_EQ(log.last(), 100u);
    EXPECT_EQ(replayed(log, {"a"}, 99), strings{R"(42["n",100])"});
    EXPECT_EQ(replayed(log, {"a"}, 0).size(), log.size());
}

TEST(recovery_log_test, offsets_are_read_back_and_nothing_else_is)
{
    for (const std::uint64_t position : {1ull, 35ull, 36ull, 1ull << 40})
        EXPECT_EQ(recovery_log::from_offset(recovery_log::to_offset(position)), position);
    for (const auto* const wrong : {"", "-1", "a b", "never-was", "zzzzzzzzzzzzzzzz", "ü"})
        EXPECT_FALSE(recovery_log::from_offset(wrong)) << wrong;
}

TEST(recovery_log_test, agrees_with_a_naive_model)
{
    struct kept {
        std::uint64_t position;
        strings rooms;
        strings except;
    };
    std::mt19937 random(7);
    const auto some_rooms = [&](std::size_t most) {
        strings out;
        for (auto n = random() % (most + 1); n > 0; --n)
            out.push_back(std::string(1, static_cast<char>('a' + random() % 5)));
        return out;
    };
    const auto meets = [](const strings& a, const strings& b) {
        return std::any_of(a.begin(), a.end(),
                           [&](const auto& x) { return std::find(b.begin(), b.end(), x) != b.end(); });
    };
    recovery_log log(10s, 12'000);
    std::vector<kept> model;
    auto now = start;
    for (int step = 0; step < 3000; ++step) {
        now += std::chrono::milliseconds(random() % 300);
        const kept k{log.last() + 1, some_rooms(3), some_rooms(1)};
        log.append(k.rooms, k.except, numbered(k.position), now);
        model.push_back(k);
        std::erase_if(model, [&](const kept& m) { return m.position <= log.complete_since(); });
        ASSERT_EQ(model.size(), log.size());
        const auto mine = some_rooms(3);
        const auto since = log.complete_since() + random() % (log.size() + 1);
        strings expected;
        for (const auto& m : model)
            if (m.position > since && (m.rooms.empty() || meets(m.rooms, mine)) && !meets(m.except, mine))
                expected.push_back("42[\"n\"," + std::to_string(m.position) + "]");
        ASSERT_EQ(replayed(log, mine, since), expected) << step;
    }
}

} // namespace
} // namespace chatd::socketio
