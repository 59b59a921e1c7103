// Typing indicators (contract section 9).
import assert from "node:assert/strict";
import { isoTime } from "../support/api.mjs";
import { describeChatd, patience, sleep } from "../support/chatd.mjs";
import { chattingPair } from "../support/people.mjs";

const typingEvents = (tab) =>
  tab.heard.filter(({ event }) => event.startsWith("user_") && event.includes("typing"));
const edges = (tab) => typingEvents(tab).map(({ event }) => event);

describeChatd("typing", { concurrency: true, set: { "presence.linger": "200ms" } }, (server, check) => {
  check("start and stop reach all tabs of the other side and none of the typist", async () => {
    const { alice, bob, aliceTab, bobTab, conversationId } = await chattingPair(server);
    const [aliceOther, bobOther] = [await alice.open(), await bob.open({ transports: ["polling"] })];
    aliceTab.tell("typing_start", { conversationId });
    for (const tab of [bobTab, bobOther]) {
      const event = await tab.waitFor("user_typing");
      assert.equal(event.userId, alice.id);
      assert.equal(event.username, alice.name);
      assert.equal(event.conversationId, conversationId);
      assert.match(event.timestamp, isoTime);
      assert.ok(!("isTyping" in event) || event.isTyping === true);
    }
    aliceTab.tell("typing_stop", { conversationId });
    for (const tab of [bobTab, bobOther]) {
      const event = await tab.waitFor("user_stopped_typing");
      assert.equal(event.userId, alice.id);
      assert.equal(event.conversationId, conversationId);
      await tab.settle();
      assert.deepEqual(edges(tab), ["user_typing", "user_stopped_typing"]);
    }
    for (const tab of [aliceTab, aliceOther]) {
      await tab.settle();
      assert.deepEqual(edges(tab), []);
    }
  });

  check("typing {isTyping} is the same in one event; roomId is taken too", async () => {
    const { aliceTab, bobTab, conversationId } = await chattingPair(server);
    await aliceTab.do("typing", { conversationId, isTyping: true });
    await bobTab.waitFor("user_typing");
    await aliceTab.do("typing", { roomId: conversationId, isTyping: false });
    await bobTab.waitFor("user_stopped_typing");
    await aliceTab.do("typing_start", { roomId: conversationId });
    await bobTab.settle();
    assert.deepEqual(edges(bobTab), ["user_typing", "user_stopped_typing", "user_typing"]);
  });

  check("repeated starts are passed on at most once per second, a change at once", async () => {
    const { aliceTab, bobTab, conversationId } = await chattingPair(server);
    for (let i = 0; i < 15; i += 1) {
      await aliceTab.do("typing_start", { conversationId });
      await sleep(20);
    }
    await bobTab.settle();
    const starts = bobTab.all("user_typing").length;
    assert.ok(
      starts >= 1 && starts <= 1 + Math.ceil((Date.now() - bobTab.heard[0].at) / 1000),
      `${starts} starts`,
    );
    const begun = Date.now();
    await aliceTab.do("typing_stop", { conversationId });
    await bobTab.waitFor("user_stopped_typing");
    await aliceTab.do("typing_start", { conversationId });
    await bobTab.settle();
    assert.equal(edges(bobTab).at(-1), "user_typing");
    assert.ok(Date.now() - begun < patience(900), "not delayed by the second");
  });

  check("a stop without a start is not passed on twice", async () => {
    const { aliceTab, bobTab, conversationId } = await chattingPair(server);
    await aliceTab.do("typing_start", { conversationId });
    for (let i = 0; i < 4; i += 1) await aliceTab.do("typing_stop", { conversationId });
    await bobTab.settle();
    assert.deepEqual(edges(bobTab), ["user_typing", "user_stopped_typing"]);
  });

  check("it stops by itself three seconds after the last start", async () => {
    const { aliceTab, bobTab, conversationId } = await chattingPair(server);
    await aliceTab.do("typing_start", { conversationId });
    await sleep(1500);
    await aliceTab.do("typing_start", { conversationId });
    const last = Date.now();
    await bobTab.waitFor("user_stopped_typing", undefined, 6000);
    const lasted = Date.now() - last;
    assert.ok(lasted > 2500 && lasted < patience(4500), `stopped after ${lasted} ms`);
    await bobTab.settle();
    assert.equal(bobTab.all("user_stopped_typing").length, 1);
  });

  for (const [how, send] of [
    [
      "by socket",
      ({ aliceTab, conversationId }) => aliceTab.do("send_message", { conversationId, content: "done" }),
    ],
    ["over REST", ({ alice, conversationId }) => alice.say(conversationId, "done")],
  ]) {
    check(`it stops when the typist sends ${how}`, async () => {
      const story = await chattingPair(server);
      await story.aliceTab.do("typing_start", { conversationId: story.conversationId });
      await story.bobTab.waitFor("user_typing");
      await send(story);
      await story.bobTab.waitFor("user_stopped_typing", undefined, 1500);
    });
  }

  for (const event of ["leave_room", "leave_conversation"]) {
    check(`it stops at ${event}`, async () => {
      const { aliceTab, bobTab, conversationId } = await chattingPair(server);
      await aliceTab.do("typing_start", { conversationId });
      await bobTab.waitFor("user_typing");
      await aliceTab.do(event, { conversationId });
      await bobTab.waitFor("user_stopped_typing", undefined, 1500);
    });
  }

  check("it stops when the typist loses the last socket, not an earlier one", async () => {
    const { alice, aliceTab, bobTab, conversationId } = await chattingPair(server);
    const otherTab = await alice.open();
    await aliceTab.do("typing_start", { conversationId });
    await bobTab.waitFor("user_typing");
    otherTab.close();
    await sleep(400);
    await bobTab.settle();
    assert.deepEqual(edges(bobTab), ["user_typing"]);
    aliceTab.close();
    await bobTab.waitFor("user_stopped_typing", undefined, 1500);
  });

  check("one who left a conversation hears no typing until joining again", async () => {
    const { aliceTab, bobTab, conversationId } = await chattingPair(server);
    await bobTab.do("leave_room", { conversationId });
    await aliceTab.do("typing_start", { conversationId });
    await aliceTab.do("typing_stop", { conversationId });
    await bobTab.settle();
    assert.deepEqual(edges(bobTab), []);
    await bobTab.do("join_room", { conversationId });
    await aliceTab.do("typing_start", { conversationId });
    await bobTab.waitFor("user_typing");
  });

  check("typing is answered with an ack, and outside the own conversations with a refusal", async () => {
    const { aliceTab, conversationId } = await chattingPair(server);
    const other = await chattingPair(server);
    assert.equal((await aliceTab.ask("typing_start", { conversationId })).success, true);
    const refused = await aliceTab.ask("typing_start", { conversationId: other.conversationId });
    assert.equal(refused.code, "FORBIDDEN");
    aliceTab.tell("typing_start", { conversationId: other.conversationId });
    const error = await aliceTab.waitFor("error");
    assert.equal(error.event, "typing_start");
    await other.bobTab.settle();
    assert.deepEqual(edges(other.bobTab), []);
  });
});
