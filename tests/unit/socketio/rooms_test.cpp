#include "crowd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace chatd::socketio {
namespace {

using testing::guest;
using testing::house;
using testing::strings;

class rooms : public ::testing::Test {
  protected:
    house h;
    name_space& n = h.main;
};

TEST_F(rooms, reach_members_once_whatever_the_union)
{
    const auto a = h.enter();
    const auto b = h.enter();
    const auto c = h.enter();
    n.find(a->id)->join("x");
    n.find(a->id)->join("y");
    n.find(b->id)->join("y");
    n.to("x").to("y").to("x").to("nobody").emit("e", "1");
    EXPECT_EQ(a->take(), strings{R"(42["e",1])"});
    EXPECT_EQ(b->take(), strings{R"(42["e",1])"});
    EXPECT_EQ(c->take(), strings{});
    n.all().except("y").emit("e", "");
    EXPECT_EQ(a->take(), strings{});
    EXPECT_EQ(c->take(), strings{R"(42["e"])"});
}

TEST_F(rooms, names_may_be_socket_ids)
{
    const auto a = h.enter();
    const auto b = h.enter();
    n.to(a->id).emit("e", "1");
    n.all().except(a->id).emit("e", "2");
    EXPECT_EQ(a->take(), strings{R"(42["e",1])"});
    EXPECT_EQ(b->take(), strings{R"(42["e",2])"});
}

TEST_F(rooms, vanish_with_their_last_member)
{
    const auto a = h.enter();
    n.find(a->id)->join("x");
    n.find(a->id)->join("x");
    EXPECT_EQ(n.room_size("x"), 1u);
    EXPECT_EQ(n.room_count(), 1u);
    n.find(a->id)->leave("x");
    n.find(a->id)->leave("x");
    EXPECT_EQ(n.room_count(), 0u);
    n.find(a->id)->join("x");
    a->peer.post("41");
    EXPECT_EQ(n.room_count(), 0u);
    EXPECT_EQ(n.socket_count(), 0u);
}

TEST_F(rooms, change_through_a_selection)
{
    const auto a = h.enter();
    const auto b = h.enter();
    n.find(a->id)->join("x");
    n.to("x").join("y");
    EXPECT_TRUE(n.find(a->id)->in("y"));
    EXPECT_FALSE(n.find(b->id)->in("y"));
    n.all().leave("y");
    EXPECT_FALSE(n.find(a->id)->in("y"));
    n.to("x").disconnect(false);
    EXPECT_EQ(a->take(), strings{"41"});
    EXPECT_EQ(n.socket_count(), 1u);
}

TEST_F(rooms, visitors_may_disconnect_whom_they_visit)
{
    std::vector<std::unique_ptr<guest>> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(h.enter());
        n.find(all.back()->id)->join("x");
    }
    std::size_t visits = 0;
    n.for_each_in_room("x", [&](socket& s) {
        ++visits;
        s.nsp().to("x").disconnect(true);
    });
    EXPECT_EQ(visits, 1u);
    EXPECT_EQ(n.socket_count(), 0u);
}

/// Random joins, leaves, arrivals and departures; who hears a broadcast is decided by a naive model.
TEST_F(rooms, agree_with_a_naive_model)
{
    struct member {
        std::unique_ptr<guest> who;
        std::set<std::string> in;
    };
    std::mt19937 random(11);
    std::vector<member> model;
    const auto any_room = [&] { return std::string(1, static_cast<char>('a' + random() % 6)); };
    const auto any_rooms = [&](std::size_t most) {
        strings out;
        for (auto count = random() % (most + 1); count > 0; --count)
            out.push_back(any_room());
        return out;
    };
    const auto in_one_of = [](const member& m, const strings& names) {
        return std::any_of(names.begin(), names.end(), [&](const auto& name) { return m.in.contains(name); });
    };
    for (int step = 0; step < 4000; ++step) {
        const auto dice = random() % 100;
        if (model.size() < 4 || (dice < 4 && model.size() < 14)) {
            model.push_back({h.enter(), {}});
            continue;
        }
        const auto at = random() % model.size();
        member& m = model[at];
        if (dice < 8) {
            m.who->peer.post(dice % 2 == 0 ? "1" : "41");
            model.erase(model.begin() + static_cast<std::ptrdiff_t>(at));
        } else if (dice < 40) {
            const auto room = any_room();
            n.find(m.who->id)->join(room);
            m.in.insert(room);
        } else if (dice < 60) {
            const auto room = any_room();
            n.find(m.who->id)->leave(room);
            m.in.erase(room);
        } else {
            const auto to = any_rooms(3);
            const auto except = any_rooms(2);
            auto b = n.all();
            for (const auto& room : to)
                b.to(room);
            for (const auto& room : except)
                b.except(room);
            b.emit("e", std::to_string(step));
            h.turn();
            const auto packet = "42[\"e\"," + std::to_string(step) + "]";
            for (auto& each : model) {
                const bool hears = (to.empty() || in_one_of(each, to)) && !in_one_of(each, except);
                ASSERT_EQ(each.who->take(), hears ? strings{packet} : strings{}) << step;
            }
        }
        std::map<std::string, std::size_t> sizes;
        for (const auto& each : model)
            for (const auto& room : each.in)
                ++sizes[room];
        ASSERT_EQ(n.room_count(), sizes.size());
        for (const auto& [room, size] : sizes)
            ASSERT_EQ(n.room_size(room), size);
        ASSERT_EQ(n.socket_count(), model.size());
    }
}

} // namespace
} // namespace chatd::socketio
