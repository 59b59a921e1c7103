// Hostile Socket.IO clients: odd payloads, types, sizes and frames (contract section 9; issue A, section F).
import assert from "node:assert/strict";
import { describeChatd, patience, sleep } from "../support/chatd.mjs";
import { chattingPair, pair, Person } from "../support/people.mjs";
import { RawSocket, rawSocketOf } from "../support/raw_socket.mjs";

const events = [
  "join_room",
  "join_conversation",
  "leave_room",
  "leave_conversation",
  "send_message",
  "typing_start",
  "typing_stop",
  "typing",
  "message_read",
  "mark_read",
  "message_delivered",
  "get_online_users",
  "call:offer",
  "call:answer",
  "call:candidate",
  "call:hangup",
];

const deepList = Array.from({ length: 200 }).reduce((inner) => [inner], 1);

const values = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  "",
  " ",
  "x",
  "x".repeat(70),
  "y".repeat(50_000),
  [],
  [null],
  {},
  { $gt: "" },
  { conversationId: 1 },
  "\u0000",
  "\ud800",
  deepList,
  ["a", "b", "c"],
];

const fields = {
  send_message: [
    "conversationId",
    "roomId",
    "content",
    "clientMessageId",
    "messageType",
    "metadata",
    "replyTo",
    "fileId",
  ],
  typing: ["conversationId", "isTyping"],
  message_read: ["messageId", "conversationId", "upTo"],
  mark_read: ["messageId", "conversationId", "upTo"],
  "call:offer": ["conversationId", "callId"],
  join_room: ["conversationId", "roomId"],
};

describeChatd("hostile payloads", { concurrency: true }, (server, check) => {
  for (const event of events) {
    check(
      `${event}: any value as payload is answered and the socket stays`,
      { timeout: 90_000 },
      async () => {
        const { aliceTab } = await chattingPair(server);
        for (const value of values) {
          const answer = await aliceTab.ask(event, value);
          assert.equal(typeof answer.success, "boolean", `${event} ${JSON.stringify(value)?.slice(0, 40)}`);
          if (!answer.success) {
            assert.equal(typeof answer.message, "string");
            assert.match(answer.code, /^[A-Z_]+$/);
            assert.notEqual(
              answer.code,
              "INTERNAL_ERROR",
              `${event} ${JSON.stringify(value)?.slice(0, 60)}: ${answer.message}`,
            );
          }
        }
        aliceTab.tell(event);
        aliceTab.tell(event, 1, 2, 3, 4, { a: 1 });
        await aliceTab.settle();
        assert.ok(aliceTab.socket.connected);
      },
    );
  }

  for (const [event, names] of Object.entries(fields)) {
    for (const name of names) {
      check(`${event}: any type in ${name}`, { timeout: 90_000 }, async () => {
        const { aliceTab, bob, conversationId } = await chattingPair(server);
        const valid = { conversationId, content: "hi", isTyping: true, callId: "c" };
        for (const value of values) {
          const answer = await aliceTab.ask(event, { ...valid, [name]: value });
          assert.equal(typeof answer.success, "boolean");
          if (!answer.success)
            assert.notEqual(answer.code, "INTERNAL_ERROR", `${name} ${JSON.stringify(value)?.slice(0, 60)}`);
        }
        const stored = await bob.history(conversationId);
        assert.deepEqual(
          stored.map(({ seq }) => seq),
          stored.map((_, index) => index + 1),
        );
      });
    }
  }

  check("binary in the place of text is refused with its field", async () => {
    const { aliceTab, conversationId } = await chattingPair(server);
    for (const payload of [
      Buffer.from("abc"),
      { conversationId: Buffer.from("abc"), content: "x" },
      { conversationId, content: Buffer.from("x") },
      { conversationId, content: "x", metadata: { blob: Buffer.from("x") } },
    ]) {
      const answer = await aliceTab.ask("send_message", payload);
      assert.equal(answer.success, false);
      assert.equal(answer.code, "VALIDATION_ERROR");
    }
    await aliceTab.settle();
  });

  check("a function too many, an ack id as large as it gets, many acks at once", async () => {
    const { aliceTab, alice } = await chattingPair(server);
    await Promise.all(Array.from({ length: 200 }, () => aliceTab.ask("no_such_event")));
    const { raw } = await rawSocketOf(alice);
    raw.send('42999999999["no_such_event"]');
    assert.match(await raw.startingWith("43999999999["), /NOT_FOUND/);
  });
});

/** Frames after which the connection must be closed, and the server go on. */
const closing = [
  "4",
  "4abc",
  "42",
  "42{}",
  '42"x"',
  "42[",
  "42[]",
  "42[1]x",
  '42abc["x"]',
  "42[{}]",
  "42[null]",
  "9",
  "abc",
  "{}",
  "45",
  '45999999999-["x",{"_placeholder":true,"num":0}]',
  "46",
  "47",
  "40[]",
  "49",
  `42["x",${"[".repeat(5000)}`,
  '42["x","\\ud800"',
  '42["x",\u0001]',
  '42["x",01]',
  "42['x']",
  '42["x"]["y"]',
];

describeChatd("hostile frames", { concurrency: true }, (server, check) => {
  for (const frame of closing) {
    check(`${JSON.stringify(frame).slice(0, 50)} closes that connection and no other`, async () => {
      const { alice, bob, conversationId } = await pair(server);
      const bobTab = await bob.open();
      const { raw } = await rawSocketOf(alice);
      raw.send(frame);
      await Promise.race([
        raw.closed,
        sleep(3000).then(() => assert.fail(`still open; received ${raw.frames.slice(2)}`)),
      ]);
      await alice.say(conversationId, "still here");
      await bobTab.waitFor("message_received");
    });
  }

  check("a frame over maxPayload closes the connection", async () => {
    const { alice } = await pair(server);
    const { raw } = await rawSocketOf(alice);
    raw.emit("send_message", "x".repeat(1_000_001));
    await raw.closed;
    await alice.get("/api/auth/me", 200);
  });

  check("a payload of just under maxPayload is read and answered", async () => {
    const { aliceTab, conversationId } = await chattingPair(server);
    const answer = await aliceTab.ask("send_message", { conversationId, content: "x".repeat(990_000) });
    assert.equal(answer.code, "VALIDATION_ERROR");
  });

  check("events before CONNECT, and a second CONNECT, do not get in", async () => {
    const person = await Person.register(server);
    const early = new RawSocket(server);
    await early.opened();
    early.emit("get_online_users");
    await early.closed;
    const { raw } = await rawSocketOf(person);
    raw.send(`40${JSON.stringify({ token: "another" })}`);
    await sleep(100);
    await person.get("/api/auth/me", 200);
  });

  for (const auth of [
    "[]",
    "1",
    '"x"',
    "null",
    '{"token":',
    '{"token":{"a":1}}',
    `{"token":"${"x".repeat(200_000)}"}`,
    `{"a":${"[".repeat(20_000)}`,
    '{"pid":[],"offset":{}}',
    '{"__proto__":{"token":1}}',
  ]) {
    check(`CONNECT with auth ${auth.slice(0, 30)} is refused or closed`, async () => {
      const raw = new RawSocket(server);
      await raw.opened();
      raw.send(`40${auth}`);
      const refusal = raw.startingWith("44");
      refusal.catch(() => {});
      await Promise.race([refusal, raw.closed]);
      assert.ok(!raw.frames.some((frame) => frame.startsWith("40{")));
    });
  }
});

const impatient = {
  "socketio.ping_interval": `${patience(300)}ms`,
  "socketio.ping_timeout": `${patience(300)}ms`,
  "socketio.connect_timeout": `${patience(700)}ms`,
  "presence.linger": "200ms",
};

describeChatd(
  "half-open and silent sockets",
  {
    set: impatient,
    concurrency: true,
  },
  (server, check) => {
    check("a socket that no longer answers pings is closed, and its user goes offline", async () => {
      const { alice, bob } = await pair(server);
      const view = await bob.open();
      const { raw } = await rawSocketOf(alice);
      await view.waitFor("user_online", ({ userId }) => userId === alice.id);
      raw.silent = true;
      await raw.closed;
      await view.waitFor("user_offline", ({ userId }) => userId === alice.id);
    });

    check("one that never sends CONNECT is closed", async () => {
      const raw = new RawSocket(server);
      await raw.opened();
      await raw.closed;
    });

    check("one that was refused and stays is closed", async () => {
      const raw = new RawSocket(server);
      await raw.opened();
      assert.equal((await raw.connect({ token: "wrong" })).refused, true);
      await raw.closed;
    });

    check("hundreds that vanish without a word leave nobody online", { timeout: 60_000 }, async () => {
      const person = await Person.register(server);
      const watcher = await Person.register(server);
      const sockets = await Promise.all(Array.from({ length: 100 }, () => rawSocketOf(person)));
      for (const { raw } of sockets) raw.close();
      for (let i = 0; i < patience(100); i += 1) {
        const { body } = await watcher.get(`/api/users/online/status/${person.id}`, 200);
        if (!body.data.isOnline) return;
        await sleep(100);
      }
      assert.fail("still online");
    });
  },
);

describeChatd("a reader that stopped", {}, (server, check) => {
  check("is cut off, and the others hear everything", { timeout: 90_000 }, async () => {
    const { alice, bob, conversationId } = await pair(server);
    const [aliceTab, bobTab] = [await alice.open(), await bob.open()];
    const { raw } = await rawSocketOf(bob, { query: "EIO=4&transport=websocket&recovery=0" });
    raw.socket._socket.pause();
    const metadata = { filler: "x".repeat(3900) };
    const count = 1500;
    for (let i = 0; i < count; i += 50) {
      const batch = Array.from({ length: 50 }, (_, j) =>
        aliceTab.do("send_message", { conversationId, content: `m${i + j}`, metadata }),
      );
      await Promise.all(batch);
    }
    await bobTab.waitFor("message_received", ({ message }) => message.seq === count);
    assert.deepEqual(
      bobTab.all("message_received").map(({ message }) => message.seq),
      Array.from({ length: count }, (_, i) => i + 1),
    );
    raw.socket._socket.resume();
    await raw.closed;
    const heard = raw.events("message_received").length;
    assert.ok(heard < count, `the slow one heard ${heard} of ${count} before it was cut`);
  });
});
