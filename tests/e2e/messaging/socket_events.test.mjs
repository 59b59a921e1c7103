// Client and server events for direct conversations: rooms, acks, errors, tabs (contract section 9).
import assert from "node:assert/strict";
import { isoTime } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { assertHasFields, chattingPair, pair, Person } from "../support/people.mjs";

describeChatd("socket events", { concurrency: true }, (server, check) => {
  for (const event of ["join_room", "join_conversation"]) {
    for (const [form, payloadOf] of [
      ["an id", (id) => id],
      ["{conversationId}", (id) => ({ conversationId: id })],
      ["{roomId}", (id) => ({ roomId: id })],
    ]) {
      check(`${event} takes ${form} and answers joined_room, with and without ack`, async () => {
        const { aliceTab, conversationId } = await chattingPair(server);
        aliceTab.tell(event, payloadOf(conversationId));
        const joined = await aliceTab.waitFor("joined_room");
        assert.equal(joined.conversationId, conversationId);
        assert.equal(typeof joined.message, "string");
        aliceTab.forget();
        assert.equal((await aliceTab.ask(event, payloadOf(conversationId))).success, true);
        await aliceTab.waitFor("joined_room");
      });
    }

    check(`${event} of nothing that is ours: error event, or a failing ack`, async () => {
      const { aliceTab } = await chattingPair(server);
      const stranger = await pair(server);
      for (const target of [stranger.conversationId, "01890000-0000-7000-8000-000000000000", 4711]) {
        aliceTab.forget();
        aliceTab.tell(event, { conversationId: target });
        const error = await aliceTab.waitFor("error");
        assert.equal(error.message, "Conversation not found or access denied");
        assert.equal(error.event, event);
        assert.equal(typeof error.code, "string");
        const answer = await aliceTab.ask(event, { conversationId: target });
        assert.equal(answer.success, false);
        assert.equal(answer.message, "Conversation not found or access denied");
      }
      assert.deepEqual(aliceTab.all("joined_room"), []);
    });
  }

  check("rooms cannot be joined by name", async () => {
    const { aliceTab, bob } = await chattingPair(server);
    const stranger = await pair(server);
    const names = [
      `user:${bob.id}`,
      `conversation:${stranger.conversationId}`,
      "admin",
      "gallery:1",
      "*",
      "",
    ];
    for (const room of names) assert.equal((await aliceTab.ask("join_room", room)).success, false, room);
  });

  check("messages come without joining anything, and go on after leaving", async () => {
    const { alice, bobTab, conversationId } = await chattingPair(server);
    await alice.say(conversationId, "unjoined");
    await bobTab.waitFor("message_received", ({ message }) => message.content === "unjoined");
    for (const event of ["leave_room", "leave_conversation"]) {
      assert.equal((await bobTab.ask(event, { conversationId })).success, true);
      await alice.say(conversationId, `after ${event}`);
      await bobTab.waitFor("message_received", ({ message }) => message.content === `after ${event}`);
      assert.equal((await bobTab.ask("join_room", conversationId)).success, true);
    }
  });

  check("every tab of every member hears a message exactly once, joined or not", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const tabs = [
      await alice.open(),
      await alice.open({ transports: ["polling"] }),
      await bob.open(),
      await bob.open({ transports: ["polling", "websocket"] }),
    ];
    for (const tab of tabs.slice(0, 3))
      for (let i = 0; i < 3; i += 1) await tab.do("join_room", { conversationId });
    await tabs[0].do("send_message", { conversationId, content: "hello all" });
    await alice.say(conversationId, "hello again");
    for (const tab of tabs) {
      await tab.waitFor("message_received", ({ message }) => message.content === "hello again");
      await tab.settle();
      assert.deepEqual(
        tab.all("message_received").map(({ message }) => message.seq),
        [1, 2],
      );
    }
  });

  check("send_message takes roomId as well", async () => {
    const { aliceTab, conversationId } = await chattingPair(server);
    const { message } = await aliceTab.do("send_message", { roomId: conversationId, content: "by roomId" });
    assert.equal(message.conversationId, conversationId);
  });

  check("send_message without ack: success is silent, a failure is an error event", async () => {
    const { aliceTab, bobTab, conversationId } = await chattingPair(server);
    aliceTab.tell("send_message", { conversationId, content: "fire and forget" });
    await bobTab.waitFor("message_received");
    aliceTab.tell("send_message", { conversationId, content: "" });
    const error = await aliceTab.waitFor("error");
    assert.equal(error.code, "VALIDATION_ERROR");
    assert.equal(error.event, "send_message");
    assert.equal(typeof error.message, "string");
    assert.equal(aliceTab.all("error").length, 1);
    assert.deepEqual(bobTab.all("error"), []);
  });

  check("a conversation made while the tabs are open is heard at once", async () => {
    const [alice, bob] = [await Person.register(server), await Person.register(server)];
    const [aliceTab, bobTab] = [await alice.open(), await bob.open()];
    const { id } = await alice.conversationWith(bob);
    await alice.say(id, "nice to meet you");
    await bobTab.waitFor("message_received", (data) => data.conversationId === id);
    await aliceTab.waitFor("message_received", (data) => data.conversationId === id);
  });

  check("an unknown event: NOT_FOUND with ack, nothing without", async () => {
    const { aliceTab } = await chattingPair(server);
    for (const event of ["no_such_event", "message_received", "constructor", "__proto__", "", "ünïcode"]) {
      const answer = await aliceTab.ask(event, { any: "thing" });
      assert.equal(answer.success, false, event);
      assert.equal(answer.code, "NOT_FOUND", event);
      aliceTab.tell(event, 1, 2, 3);
    }
    await aliceTab.settle();
    assert.deepEqual(aliceTab.all("error"), []);
  });

  check("get_online_users answers online_users_list, as section 3 has them", async () => {
    const { aliceTab, alice, bob } = await chattingPair(server);
    aliceTab.tell("get_online_users");
    const list = await aliceTab.waitFor("online_users_list");
    assertHasFields(list, ["users", "count", "timestamp"], "online_users_list");
    assert.match(list.timestamp, isoTime);
    for (const user of list.users)
      assertHasFields(user, ["id", "_id", "userId", "username", "email", "lastSeen"], "online user");
    const ids = list.users.map(({ userId }) => userId);
    assert.ok(ids.includes(alice.id) && ids.includes(bob.id));
    assert.ok(list.count >= 2);
    const answer = await aliceTab.ask("get_online_users");
    assert.equal(answer.success, true);
  });

  check("acks come for every client event", async () => {
    const { alice, aliceTab, bobTab, conversationId } = await chattingPair(server);
    const { id } = await alice.say(conversationId, "one");
    const calls = [
      ["join_room", conversationId],
      ["join_conversation", { conversationId }],
      ["typing_start", { conversationId }],
      ["typing", { conversationId, isTyping: false }],
      ["typing_stop", { conversationId }],
      ["message_read", { messageId: id }],
      ["mark_read", { conversationId, upTo: id }],
      ["get_online_users"],
      ["call:offer", { conversationId, callId: "c" }],
      ["call:answer", { conversationId, callId: "c" }],
      ["call:candidate", { conversationId, callId: "c" }],
      ["call:hangup", { conversationId, callId: "c" }],
      ["leave_room", conversationId],
      ["leave_conversation", { conversationId }],
    ];
    for (const [event, ...args] of calls) {
      const answer = await bobTab.ask(event, ...args);
      assert.equal(answer.success, true, `${event}: ${JSON.stringify(answer)}`);
    }
    await aliceTab.settle();
    assert.deepEqual(aliceTab.all("error"), []);
  });

  for (const payload of [
    undefined,
    null,
    0,
    17,
    "",
    "text",
    true,
    [],
    [1, 2],
    {},
    { conversationId: null },
    { conversationId: {} },
    { conversationId: [] },
    { conversationId: "" },
    { conversationId: "x".repeat(70) },
  ]) {
    check(
      `payload ${JSON.stringify(payload)?.slice(0, 40)} gets a clear refusal from every event and closes nothing`,
      async () => {
        const { aliceTab, bobTab } = await chattingPair(server);
        const events = [
          "join_room",
          "leave_room",
          "send_message",
          "typing_start",
          "typing_stop",
          "typing",
          "message_read",
          "mark_read",
          "call:offer",
        ];
        for (const event of events) {
          const answer =
            payload === undefined ? await aliceTab.ask(event) : await aliceTab.ask(event, payload);
          assert.equal(answer.success, false, event);
          assert.ok(
            ["VALIDATION_ERROR", "NOT_FOUND", "FORBIDDEN"].includes(answer.code),
            `${event}: ${JSON.stringify(answer)}`,
          );
          assert.equal(typeof answer.message, "string");
        }
        assert.ok(aliceTab.socket.connected);
        await bobTab.settle();
        const heard = bobTab.heard.filter(
          ({ event }) => !/^(user_online|user_offline|online_users_list)$/.test(event),
        );
        assert.deepEqual(heard, []);
      },
    );
  }
});

describeChatd("call relay", { concurrency: true }, (server, check) => {
  for (const kind of ["offer", "answer", "candidate", "hangup"]) {
    check(
      `call:${kind} goes to the other members and the sender's other tabs, as it is, with from`,
      async () => {
        const { alice, aliceTab, bobTab, conversationId } = await chattingPair(server);
        const otherTab = await alice.open();
        const payload = {
          conversationId,
          callId: "call-1",
          sdp: "v=0\r\n…",
          nested: { list: [1, null, "ş"] },
          n: 1.5,
        };
        await aliceTab.do(`call:${kind}`, payload);
        for (const tab of [bobTab, otherTab]) {
          const { from, ...relayed } = await tab.waitFor(`call:${kind}`);
          assert.deepEqual(relayed, payload);
          assert.equal(from?.id ?? from?.userId ?? from, alice.id);
          await tab.settle();
          assert.equal(tab.all(`call:${kind}`).length, 1);
        }
        await aliceTab.settle();
        assert.deepEqual(aliceTab.all(`call:${kind}`), []);
      },
    );
  }

  check("the caller cannot pretend to be somebody else", async () => {
    const { alice, bob, aliceTab, bobTab, conversationId } = await chattingPair(server);
    await aliceTab.do("call:offer", { conversationId, callId: "c", from: bob.id });
    const { from } = await bobTab.waitFor("call:offer");
    assert.equal(from?.id ?? from?.userId ?? from, alice.id);
  });

  check("more than 64 KiB, or no callId, is refused", async () => {
    const { aliceTab, bobTab, conversationId } = await chattingPair(server);
    const large = await aliceTab.ask("call:offer", { conversationId, callId: "c", sdp: "x".repeat(66_000) });
    assert.equal(large.success, false);
    assert.ok(["PAYLOAD_TOO_LARGE", "VALIDATION_ERROR"].includes(large.code), large.code);
    const allowed = await aliceTab.ask("call:offer", {
      conversationId,
      callId: "c",
      sdp: "x".repeat(60_000),
    });
    assert.equal(allowed.success, true);
    assert.equal((await aliceTab.ask("call:offer", { conversationId })).code, "VALIDATION_ERROR");
    await bobTab.settle();
    assert.equal(bobTab.all("call:offer").length, 1);
  });
});
