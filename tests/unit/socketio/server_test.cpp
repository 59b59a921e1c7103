#include "crowd.hpp"
#include "namespace_state.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace chatd::socketio {
namespace {

using namespace std::chrono_literals;
using testing::guest;
using testing::house;
using testing::strings;

server_options recovering(std::chrono::milliseconds delay = 0ms)
{
    server_options o;
    o.recovery.enabled = true;
    o.recovery.replay_delay = delay;
    return o;
}

/// The offset at the end of an event.
std::string offset_of(const std::string& packet)
{
    const auto begin = packet.rfind(",\"") + 2;
    return packet.substr(begin, packet.size() - begin - 2);
}

TEST(connecting, waits_for_the_middleware_and_may_be_refused)
{
    house h;
    std::shared_ptr<connect_request> waiting;
    h.main.use([&](std::shared_ptr<connect_request> r) { waiting = std::move(r); });
    guest g(h.engine, h.loop);
    g.peer.open();
    g.peer.post(R"(40{"token":"t"})");
    EXPECT_EQ(waiting->auth(), R"({"token":"t"})");
    EXPECT_EQ(waiting->hs().address(), "192.0.2.7");
    EXPECT_EQ(g.take(), strings{});
    waiting->refuse("no", R"({"code":1})");
    EXPECT_FALSE(waiting->alive());
    h.turn();
    EXPECT_EQ(g.take(), strings{R"(44{"message":"no","data":{"code":1}})"});
    g.peer.post("40");
    waiting->accept(std::make_shared<peer>(), strings{"a", "b"});
    EXPECT_EQ(h.main.room_count(), 2u);
}

TEST(connecting, dropped_unanswered_closes_the_transport)
{
    house h;
    h.main.use([](const std::shared_ptr<connect_request>&) {});
    guest g(h.engine, h.loop);
    g.peer.open();
    g.peer.post("40");
    EXPECT_EQ(g.peer.poll(), "1");
}

TEST(connecting, a_client_that_left_is_not_let_in)
{
    house h;
    std::shared_ptr<connect_request> waiting;
    h.main.use([&](std::shared_ptr<connect_request> r) { waiting = std::move(r); });
    for (const auto* const bye : {"1", "41"}) {
        guest g(h.engine, h.loop);
        g.peer.open();
        g.peer.post("40");
        EXPECT_TRUE(waiting->alive());
        g.peer.post(bye);
        EXPECT_FALSE(waiting->alive());
        waiting->accept(nullptr);
        EXPECT_EQ(h.main.socket_count(), 0u);
    }
}

TEST(connecting, takes_a_second_connect_for_a_broken_protocol)
{
    house h;
    std::shared_ptr<connect_request> waiting;
    h.main.use([&](std::shared_ptr<connect_request> r) { waiting = std::move(r); });
    guest g(h.engine, h.loop);
    g.peer.open();
    g.peer.post("40");
    const auto first = waiting;
    g.peer.post("40");
    EXPECT_FALSE(first->alive());
    EXPECT_EQ(h.sockets.stats().parse_errors, 1u);
}

TEST(connecting, version_3_clients_are_in_without_asking)
{
    house h;
    h.main.use([](const std::shared_ptr<connect_request>& r) {
        if (r->hs().query_value("token") == "a b")
            r->accept(nullptr);
        else
            r->refuse("Authentication token required");
    });
    guest g(h.engine, h.loop, "EIO=3&transport=polling&token=a+b");
    g.peer.open();
    EXPECT_EQ(g.peer.poll(), "2:40");
    EXPECT_NE(h.main.find(g.peer.sid), nullptr);
    guest other(h.engine, h.loop, "EIO=3&transport=polling");
    other.peer.open();
    EXPECT_EQ(other.peer.poll(), R"(33:44"Authentication token required")");
}

TEST(events, reach_the_handler_with_arguments_and_ack)
{
    house h;
    h.main.on_event([](socket& s, event e) {
        s.emit("seen", e.args_json);
        if (e.args.size() == 2)
            e.reply(e.args[1]);
        EXPECT_FALSE(e.args.size() == 2 && e.reply.wanted());
    });
    const auto g = h.enter();
    g->peer.post("4212[\"e\",1,{\"a\":[]}]\x1e"
                 "42[\"e\"]");
    EXPECT_EQ(g->take(), (strings{R"(42["seen",1,{"a":[]}])", R"(4312[{"a":[]}])", R"(42["seen"])"}));
    EXPECT_EQ(h.sockets.stats().events.at("e").in, 2u);
    EXPECT_EQ(h.sockets.stats().events.at("seen").out, 2u);
}

TEST(events, may_be_answered_late_or_never)
{
    house h;
    std::vector<ack> kept;
    h.main.on_event([&](socket&, event e) { kept.push_back(std::move(e.reply)); });
    auto g = h.enter();
    g->peer.post("421[\"e\"]\x1e"
                 "422[\"e\"]");
    kept[0]("7");
    h.turn();
    EXPECT_EQ(g->take(), strings{"431[7]"});
    g->peer.post("1");
    kept[1]("8"); // the socket is gone
    EXPECT_EQ(h.main.socket_count(), 0u);
}

TEST(events, handlers_may_end_their_own_socket)
{
    for (const bool transport : {false, true}) {
        house h;
        std::vector<disconnect_reason> reasons;
        h.main.on_disconnect([&](socket& s, disconnect_reason why) {
            EXPECT_FALSE(s.connected());
            reasons.push_back(why);
        });
        h.main.on_event([&](socket& s, event e) {
            s.disconnect(transport);
            s.emit("not", "heard");
            e.reply("nor this");
        });
        const auto g = h.enter();
        g->peer.post("421[\"e\"]");
        EXPECT_EQ(g->take().at(0), "41");
        EXPECT_EQ(reasons, std::vector{disconnect_reason::server_namespace_disconnect});
    }
}

TEST(questions, are_answered_time_out_or_fail_with_the_socket)
{
    house h;
    strings log;
    const auto note = [&](result<answer> r) { log.push_back(r ? r->args_json : r.error().detail + "!"); };
    auto g = h.enter();
    socket& s = *h.main.find(g->id);
    s.emit_with_ack("q", "1", 1s, note);
    s.emit_with_ack("q", "", 1s, note);
    EXPECT_EQ(g->take(), (strings{R"(420["q",1])", R"(421["q"])"}));
    g->peer.post("431[5]\x1e"
                 "431[6]\x1e"
                 "439[7]");
    EXPECT_EQ(log, strings{"5"});
    s.emit_with_ack("q", "", 1ms, note);
    std::this_thread::sleep_for(40ms);
    h.turn();
    EXPECT_EQ(log.back(), "timeout!");
    g->peer.post("1");
    EXPECT_EQ(log.size(), 3u);
}

TEST(stopping, closes_transports_and_says_why)
{
    house h;
    std::vector<disconnect_reason> reasons;
    h.main.on_disconnect([&](socket&, disconnect_reason why) { reasons.push_back(why); });
    const auto g = h.enter();
    h.sockets.close();
    EXPECT_EQ(reasons, std::vector{disconnect_reason::server_shutting_down});
    EXPECT_EQ(h.engine.session_count(), 0u);
}

TEST(recovering_sockets, keep_id_and_get_what_they_missed)
{
    house h(recovering());
    const auto old = h.enter();
    h.main.find(old->id)->join("x");
    h.main.to("x").emit("e", "1");
    const auto seen = offset_of(old->take().back());
    old->peer.post("1");
    h.main.to("x").emit("e", "2");
    h.main.to("y").emit("e", "3");
    const auto back = h.enter("{\"pid\":\"" + old->pid + "\",\"offset\":\"" + seen + "\"}");
    EXPECT_EQ(back->id, old->id);
    EXPECT_EQ(back->pid, old->pid);
    EXPECT_TRUE(h.main.find(back->id)->recovered());
    const auto missed = back->take();
    ASSERT_EQ(missed.size(), 1u);
    EXPECT_TRUE(missed[0].starts_with(R"(42["e",2,)"));
    EXPECT_EQ(h.sockets.stats().recovered, 1u);
}

TEST(recovering_sockets, are_decided_by_present_membership)
{
    house h(recovering());
    h.main.use([](const std::shared_ptr<connect_request>& r) {
        auto who = std::make_shared<peer>();
        who->identity = r->auth().find("other") != std::string_view::npos ? "other" : "me";
        r->accept(std::move(who), strings{r->pid() ? "now" : "then"});
    });
    const auto old = h.enter();
    old->peer.post("1");
    h.main.to("then").emit("e", "1");
    h.main.to("now").emit("e", "2");
    const auto thief = h.enter("{\"other\":1,\"pid\":\"" + old->pid + "\"}");
    EXPECT_NE(thief->id, old->id);
    const auto back = h.enter("{\"pid\":\"" + old->pid + "\"}");
    EXPECT_EQ(back->id, old->id);
    const auto missed = back->take();
    ASSERT_EQ(missed.size(), 1u);
    EXPECT_TRUE(missed[0].starts_with(R"(42["e",2,)"));
}

TEST(recovering_sockets, push_their_ghost_aside)
{
    house h(recovering());
    std::vector<disconnect_reason> reasons;
    h.main.on_disconnect([&](socket&, disconnect_reason why) { reasons.push_back(why); });
    const auto old = h.enter();
    const auto back = h.enter("{\"pid\":\"" + old->pid + "\"}");
    EXPECT_EQ(back->id, old->id);
    EXPECT_EQ(h.main.socket_count(), 1u);
    EXPECT_EQ(reasons, std::vector{disconnect_reason::transport_closed});
    EXPECT_EQ(old->peer.post("4"), 400);
}

TEST(recovering_sockets, hold_replay_and_live_events_but_no_acks)
{
    house h(recovering(30ms));
    h.main.on_event([](socket&, event e) { e.reply("1"); });
    const auto old = h.enter();
    old->peer.post("1");
    h.main.all().emit("e", "1");
    const auto back = h.enter("{\"pid\":\"" + old->pid + "\"}");
    h.main.all().emit("e", "2");
    back->peer.post("425[\"ask\"]");
    EXPECT_EQ(back->take(), strings{"435[1]"});
    std::this_thread::sleep_for(60ms);
    h.turn();
    const auto held = back->take();
    ASSERT_EQ(held.size(), 2u);
    EXPECT_TRUE(held[0].starts_with(R"(42["e",1,)"));
    EXPECT_TRUE(held[1].starts_with(R"(42["e",2,)"));
}

TEST(recovering_sockets, that_come_and_go_cost_no_more_than_a_bound)
{
    house h(recovering());
    const auto first = h.enter();
    first->peer.post("1");
    const std::string pid = "{\"pid\":\"" + first->pid + "\"}";
    const auto& past = *h.main.impl().past;
    for (std::size_t i = 0; i < recovery::min_departed + 5; ++i)
        h.enter()->peer.post("1");
    EXPECT_EQ(past.departed_count(), recovery::min_departed);
    EXPECT_NE(h.enter(pid)->id, first->id);
}

TEST(recovering_sockets, that_saw_everything_recover_however_old_that_is)
{
    auto o = recovering();
    o.recovery.max_bytes = 1000;
    house h(std::move(o));
    const auto old = h.enter();
    h.main.find(old->id)->join("x");
    h.main.to("x").emit("e", "1");
    const auto seen = offset_of(old->take().back());
    for (int i = 0; i < 50; ++i)
        h.main.to("y").emit("e", "2");
    old->peer.post("1");
    const auto back = h.enter("{\"pid\":\"" + old->pid + "\",\"offset\":\"" + seen + "\"}");
    EXPECT_EQ(back->id, old->id);
    EXPECT_EQ(back->take(), strings{});
    // Now something is sent and forgotten before it was seen.
    h.main.to("x").emit("e", "3");
    back->peer.post("1");
    for (int i = 0; i < 50; ++i)
        h.main.to("y").emit("e", "2");
    const auto late = h.enter("{\"pid\":\"" + old->pid + "\",\"offset\":\"" + seen + "\"}");
    EXPECT_NE(late->id, old->id);
    EXPECT_EQ(h.sockets.stats().recovery_failed, 1u);
}

TEST(recovering_sockets, exist_only_for_clients_that_keep_offsets_to_themselves)
{
    house h(recovering());
    for (const auto* const query : {"transport=polling&EIO=4", "EIO=4&transport=polling&recovery=0"}) {
        guest g(h.engine, h.loop, query);
        g.enter();
        EXPECT_EQ(g.pid, "") << query;
        h.main.find(g.id)->emit("e", "1");
        h.turn();
        EXPECT_EQ(g.take(), strings{R"(42["e",1])"});
    }
    guest dart(h.engine, h.loop);
    dart.peer.headers.emplace_back("user-agent", "Dart/3.2 (dart:io)");
    dart.enter();
    EXPECT_EQ(dart.pid, "");
}

} // namespace
} // namespace chatd::socketio
