// Sending: one path for REST and sockets, seq, content rules (contract section 5).
import assert from "node:assert/strict";
import { assertRefused } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { assertHasFields, chattingPair, pair } from "../support/people.mjs";

const messageFields = [
  "id",
  "_id",
  "conversationId",
  "conversation",
  "seq",
  "senderId",
  "sender",
  "content",
  "messageType",
  "metadata",
  "isRead",
  "readAt",
  "readBy",
  "reactions",
  "editedAt",
  "isDeleted",
  "createdAt",
  "updatedAt",
];

function assertMessage(message, { sender, conversationId, content }) {
  assertHasFields(message, messageFields, "message");
  assertHasFields(message.sender, ["id", "_id", "username", "email", "avatar"], "sender");
  assert.equal(message.conversationId, conversationId);
  assert.equal(message.conversation, conversationId);
  assert.equal(message.senderId, sender.id);
  assert.equal(message.sender.id, sender.id);
  assert.equal(message.sender.username, sender.name);
  assert.equal(message.content, content);
  assert.equal(message.isRead, false);
  assert.equal(message.isDeleted, false);
  assert.deepEqual(message.readBy, []);
  assert.ok(!message.sender.phone);
}

const untouched = [
  '<script>alert("x")</script>',
  "&lt;b&gt; & <mark>m</mark>",
  "'; DROP TABLE messages; --",
  "%s %n ${7*7} {{7*7}} \\u0041 \\n",
  "tab\there, line\nbreak, carriage\rreturn",
  "separators \u2028 and \u2029, bell \u0007, delete \u007f",
  "e\u0301 stays decomposed, \u00e9 composed",
  "👩‍👩‍👧‍👦 🇹🇷 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 İıŞşĞğ عربى 中文",
  '"quotes" and \\backslashes\\ and /slashes/',
  '{"json":[1,2,3]}',
  "null",
  "0",
];

describeChatd("sending a message", { concurrency: true }, (server, check) => {
  check(
    "POST / answers 201, POST /send 200, the ack the same message; all three reach both sides",
    async () => {
      const { alice, bob, conversationId, aliceTab, bobTab } = await chattingPair(server);
      const first = await alice.post("/api/messages", { conversationId, content: "one" }, 201);
      const second = await alice.post("/api/messages/send", { conversationId, content: "two" }, 200);
      const third = await aliceTab.ask("send_message", { conversationId, content: "three" });
      assert.equal(third.success, true);
      const contents = ["one", "two", "three"];
      for (const [index, data] of [first.body.data, second.body.data, third.data].entries()) {
        assertMessage(data.message, { sender: alice, conversationId, content: contents[index] });
        assert.equal(data.message.seq, index + 1);
      }
      for (const data of [first.body.data, second.body.data]) {
        for (const field of messageFields) assert.deepEqual(data[field], data.message[field], field);
      }
      const stored = await bob.history(conversationId);
      for (const tab of [aliceTab, bobTab]) {
        await tab.waitFor("message_received", ({ message }) => message.content === "three");
        const events = tab.all("message_received");
        assert.deepEqual(
          events.map(({ message }) => message.content),
          contents,
        );
        for (const [index, event] of events.entries()) {
          assert.equal(event.conversationId, conversationId);
          assert.equal(typeof event.timestamp, "string");
          assertMessage(event.message, { sender: alice, conversationId, content: contents[index] });
          assert.equal(event.message.id, stored[index].id);
        }
      }
    },
  );

  check("seq counts without gaps when everybody sends at once", async () => {
    const { alice, bob, conversationId, aliceTab, bobTab } = await chattingPair(server);
    const sends = [];
    for (let i = 0; i < 20; i += 1) {
      sends.push(
        alice.post("/api/messages", { conversationId, content: `a${i}` }, 201).then(({ body }) => body.data),
      );
      sends.push(
        bob
          .post("/api/messages/send", { conversationId, content: `b${i}` }, 200)
          .then(({ body }) => body.data),
      );
      sends.push(
        aliceTab.do("send_message", { conversationId, content: `c${i}` }).then((data) => data.message),
      );
    }
    const sent = await Promise.all(sends);
    const expected = Array.from({ length: 60 }, (_, i) => i + 1);
    assert.deepEqual(
      sent.map(({ seq }) => seq).sort((a, b) => a - b),
      expected,
    );
    for (const tab of [aliceTab, bobTab]) {
      await tab.settle();
      assert.deepEqual(
        tab.all("message_received").map(({ message }) => message.seq),
        expected,
        "once each, in order of seq",
      );
    }
    const stored = await alice.history(conversationId);
    assert.deepEqual(
      stored.map(({ seq }) => seq),
      expected,
    );
  });

  check("one socket's messages keep the order in which they were sent", async () => {
    const { aliceTab, bob, conversationId } = await chattingPair(server);
    const sends = Array.from({ length: 30 }, (_, i) =>
      aliceTab.do("send_message", { conversationId, content: `n${i}` }),
    );
    await Promise.all(sends);
    const stored = await bob.history(conversationId);
    assert.deepEqual(
      stored.map(({ content }) => content),
      Array.from({ length: 30 }, (_, i) => `n${i}`),
    );
  });

  check("a message is stored before anybody hears of it", async () => {
    const { bob, conversationId, aliceTab, bobTab } = await chattingPair(server);
    for (let i = 0; i < 10; i += 1) {
      aliceTab.tell("send_message", { conversationId, content: `fast ${i}` });
      const { message } = await bobTab.waitFor(
        "message_received",
        (data) => data.message.content === `fast ${i}`,
      );
      const { body } = await bob.get(`/api/messages/${message.id}`, 200);
      assert.equal(body.data.id ?? body.data.message.id, message.id);
    }
  });

  for (const content of untouched) {
    check(`content is stored as sent: ${JSON.stringify(content).slice(0, 40)}`, async () => {
      const { alice, bob, conversationId, aliceTab, bobTab } = await chattingPair(server);
      assert.equal((await alice.say(conversationId, content)).content, content);
      assert.equal((await aliceTab.do("send_message", { conversationId, content })).message.content, content);
      await bobTab.waitFor("message_received", ({ message }) => message.seq === 2);
      assert.deepEqual(
        bobTab.all("message_received").map(({ message }) => message.content),
        [content, content],
      );
      assert.deepEqual(
        (await bob.history(conversationId)).map((one) => one.content),
        [content, content],
      );
      const { body } = await bob.get("/api/conversations", 200);
      assert.equal(body.data[0].lastMessage.content, content);
    });
  }

  check("content is trimmed", async () => {
    const { alice, conversationId, aliceTab } = await chattingPair(server);
    assert.equal((await alice.say(conversationId, " \n\t hi there \r\n ")).content, "hi there");
    assert.equal(
      (await aliceTab.do("send_message", { conversationId, content: "  hi " })).message.content,
      "hi",
    );
  });

  check("1000 characters are counted in code points, after trimming", async () => {
    const { alice, conversationId } = await pair(server);
    for (const content of ["a".repeat(1000), "😀".repeat(1000), "ş".repeat(1000)]) {
      assert.equal((await alice.say(conversationId, content)).content, content);
    }
    assert.equal((await alice.say(conversationId, `   ${"b".repeat(1000)}   `)).content.length, 1000);
    assert.equal((await alice.say(conversationId, "x")).content, "x");
  });

  for (const [what, content] of [
    ["missing", undefined],
    ["null", null],
    ["empty", ""],
    ["blank", " \n\t "],
    ["1001 letters", "a".repeat(1001)],
    ["1001 emoji", "😀".repeat(1001)],
    ["a number", 7],
    ["an object", { text: "hi" }],
    ["a list", ["hi"]],
    ["a boolean", true],
  ]) {
    check(`content that is ${what} is refused on REST and sockets`, async () => {
      const { alice, bob, conversationId, aliceTab } = await chattingPair(server);
      for (const target of ["/api/messages", "/api/messages/send"]) {
        const answer = await alice.post(target, { conversationId, content }, 400);
        assertRefused(answer, 400, "VALIDATION_ERROR", { message: "Validation failed", field: "content" });
      }
      const ack = await aliceTab.ask("send_message", { conversationId, content });
      assert.equal(ack.success, false);
      assert.equal(ack.code, "VALIDATION_ERROR");
      assert.ok(
        ack.errors.some(({ field }) => field === "content"),
        JSON.stringify(ack),
      );
      assert.deepEqual(await bob.history(conversationId), []);
    });
  }

  for (const messageType of ["text", "file", "image", "audio", "video"]) {
    check(`a client may send messageType ${messageType}`, async () => {
      const { alice, conversationId } = await pair(server);
      assert.equal((await alice.say(conversationId, "look", { messageType })).messageType, messageType);
    });
  }

  check("the default type is text; the alias manual means text", async () => {
    const { alice, conversationId } = await pair(server);
    assert.equal((await alice.say(conversationId, "plain")).messageType, "text");
    assert.equal((await alice.say(conversationId, "typed", { messageType: "manual" })).messageType, "text");
  });

  for (const messageType of ["system", "auto", "automatic", "offer_update", "TEXT/HTML", "", 5, ["text"]]) {
    check(`messageType ${JSON.stringify(messageType)} is a 400`, async () => {
      const { alice, conversationId, aliceTab } = await chattingPair(server);
      const body = { conversationId, content: "hi", messageType };
      assertRefused(await alice.post("/api/messages", body, 400), 400, "VALIDATION_ERROR", {
        field: "messageType",
      });
      assert.equal((await aliceTab.ask("send_message", body)).code, "VALIDATION_ERROR");
    });
  }

  check("metadata is kept as it is", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const metadata = {
      color: "red",
      list: [1, 2.5, null, true],
      nested: { a: { b: "ç" } },
      big: 9007199254740991,
    };
    assert.deepEqual((await alice.say(conversationId, "look", { metadata })).metadata, metadata);
    assert.deepEqual((await bob.history(conversationId))[0].metadata, metadata);
  });

  for (const [what, metadata] of [
    ["a list", [1]],
    ["text", "x"],
    ["a number", 1],
    ["more than 4 KiB", { x: "y".repeat(4200) }],
    ["deeper than 5", { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } }],
  ]) {
    check(`metadata that is ${what} is a 400`, async () => {
      const { alice, conversationId } = await pair(server);
      const answer = await alice.post("/api/messages", { conversationId, content: "hi", metadata }, 400);
      assertRefused(answer, 400, "VALIDATION_ERROR", { field: "metadata" });
    });
  }

  check("replyTo names a message of the same conversation", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const question = await alice.say(conversationId, "coming?");
    const answer = await bob.say(conversationId, "yes", { replyTo: question.id });
    assert.equal(answer.replyTo?.id ?? answer.replyTo, question.id);
    const [, stored] = await alice.history(conversationId);
    assert.deepEqual(stored.replyTo, answer.replyTo);
  });

  check("replyTo elsewhere, to nothing or of a wrong type is a 400", async () => {
    const { alice, conversationId, aliceTab } = await chattingPair(server);
    const other = await pair(server);
    const elsewhere = await other.alice.say(other.conversationId, "private");
    for (const replyTo of [elsewhere.id, "01890000-0000-7000-8000-000000000000", "x", { id: 1 }, [], true]) {
      const body = { conversationId, content: "hi", replyTo };
      assertRefused(await alice.post("/api/messages", body, 400), 400, "VALIDATION_ERROR", {
        field: "replyTo",
      });
      assert.equal((await aliceTab.ask("send_message", body)).code, "VALIDATION_ERROR");
    }
  });

  check("what a client may not set, it cannot set", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const sent = await alice.say(conversationId, "honest", {
      senderId: bob.id,
      id: "mine",
      seq: 99,
      isRead: true,
      isDeleted: true,
      createdAt: "2001-01-01T00:00:00.000Z",
    });
    assertMessage(sent, { sender: alice, conversationId, content: "honest" });
    assert.equal(sent.seq, 1);
    assert.notEqual(sent.id, "mine");
    assert.ok(Math.abs(Date.now() - Date.parse(sent.createdAt)) < 60_000);
  });

  check("a conversationId of another type or form is a 400 in a body", async () => {
    const { alice, aliceTab } = await chattingPair(server);
    for (const conversationId of [undefined, null, "", {}, ["x"], true, "x".repeat(65)]) {
      const body = { conversationId, content: "hi" };
      const answer = await alice.post("/api/messages", body, 400);
      assertRefused(answer, 400, "VALIDATION_ERROR", { field: "conversationId" });
      assert.equal((await aliceTab.ask("send_message", body)).code, "VALIDATION_ERROR");
    }
  });
});
