// clientMessageId and Idempotency-Key: a repeat answers the first message and stores nothing (contract section 1).
import assert from "node:assert/strict";
import { assertRefused } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { chattingPair, pair, Person, uniqueName } from "../support/people.mjs";

describeChatd("idempotent sends", { concurrency: true }, (server, check) => {
  const send = (person, body, more) => person.post("/api/messages", body, more);

  check("a repeat is a 200 with the first message; nobody hears it twice", async () => {
    const { alice, bob, conversationId, bobTab } = await chattingPair(server);
    const body = { conversationId, content: "once", clientMessageId: uniqueName("c") };
    const first = await send(alice, body, 201);
    assert.equal(first.body.data.clientMessageId, body.clientMessageId);
    const again = await send(alice, body, 200);
    assert.deepEqual(again.body.data.message, first.body.data.message);
    assert.equal((await bob.history(conversationId)).length, 1);
    await bobTab.settle();
    assert.equal(bobTab.all("message_received").length, 1);
  });

  check("the header Idempotency-Key does the same", async () => {
    const { alice, conversationId } = await pair(server);
    const headers = { "idempotency-key": uniqueName("key") };
    const body = { conversationId, content: "once" };
    const first = await send(alice, body, { headers, status: 201 });
    const again = await send(alice, body, { headers, status: 200 });
    assert.equal(again.body.data.id, first.body.data.id);
  });

  check("the body wins over the header", async () => {
    const { alice, conversationId } = await pair(server);
    const headers = { "idempotency-key": uniqueName("key") };
    const one = { conversationId, content: "first", clientMessageId: uniqueName("c") };
    const two = { conversationId, content: "second", clientMessageId: uniqueName("c") };
    await send(alice, one, { headers, status: 201 });
    await send(alice, two, { headers, status: 201 });
    assert.equal((await alice.history(conversationId)).length, 2);
  });

  check("it holds across transports", async () => {
    const { alice, conversationId, aliceTab, bobTab } = await chattingPair(server);
    const body = { conversationId, content: "once", clientMessageId: uniqueName("c") };
    const { message } = await aliceTab.do("send_message", body);
    const rest = await send(alice, body, 200);
    assert.equal(rest.body.data.id, message.id);
    const bySend = await alice.post("/api/messages/send", body, 200);
    assert.equal(bySend.body.data.id, message.id);
    const { message: again } = await aliceTab.do("send_message", body);
    assert.deepEqual(again, message);
    await bobTab.settle();
    assert.equal(bobTab.all("message_received").length, 1);
  });

  check("concurrent repeats wait for the first", async () => {
    const { alice, bob, conversationId, aliceTab, bobTab } = await chattingPair(server);
    const body = { conversationId, content: "once", clientMessageId: uniqueName("c") };
    const rest = Array.from({ length: 10 }, () => send(alice, body));
    const acks = Array.from({ length: 10 }, () => aliceTab.do("send_message", body));
    const answers = await Promise.all(rest);
    const ids = [
      ...answers.map((answer) => answer.body.data.id),
      ...(await Promise.all(acks)).map((data) => data.message.id),
    ];
    assert.equal(new Set(ids).size, 1);
    assert.ok(answers.filter(({ status }) => status === 201).length <= 1, "at most one of them is the first");
    assert.ok(answers.every(({ status }) => status === 200 || status === 201));
    assert.equal((await bob.history(conversationId)).length, 1);
    await bobTab.settle();
    assert.equal(bobTab.all("message_received").length, 1);
  });

  check("the same id with another content or conversation is 409 CONFLICT", async () => {
    const { alice, conversationId, aliceTab } = await chattingPair(server);
    const carol = await Person.register(server);
    const other = await alice.conversationWith(carol);
    const clientMessageId = uniqueName("c");
    await send(alice, { conversationId, content: "once", clientMessageId }, 201);
    const otherContent = { conversationId, content: "twice", clientMessageId };
    const elsewhere = { conversationId: other.id, content: "once", clientMessageId };
    for (const body of [otherContent, elsewhere]) {
      assertRefused(await send(alice, body, 409), 409, "CONFLICT");
      assert.equal((await aliceTab.ask("send_message", body)).code, "CONFLICT");
    }
    assert.equal((await alice.history(conversationId)).length, 1);
    assert.equal((await alice.history(other.id)).length, 0);
  });

  check("the id belongs to its sender", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const body = { conversationId, content: "same words", clientMessageId: uniqueName("c") };
    const mine = await send(alice, body, 201);
    const yours = await send(bob, body, 201);
    assert.notEqual(mine.body.data.id, yours.body.data.id);
  });

  check("without an id the same words are two messages", async () => {
    const { alice, conversationId } = await pair(server);
    await alice.say(conversationId, "hello");
    await alice.say(conversationId, "hello");
    assert.equal((await alice.history(conversationId)).length, 2);
  });

  check("64 bytes are accepted, 65 are not, nor another type", async () => {
    const { alice, conversationId, aliceTab } = await chattingPair(server);
    const body = (clientMessageId) => ({ conversationId, content: "hi", clientMessageId });
    const limit = uniqueName("c").padEnd(64, "_");
    await send(alice, body(limit), 201);
    for (const wrong of [`${limit}x`, "ş".repeat(33), {}, [], true]) {
      assertRefused(await send(alice, body(wrong), 400), 400, "VALIDATION_ERROR", {
        field: "clientMessageId",
      });
      assert.equal((await aliceTab.ask("send_message", body(wrong))).code, "VALIDATION_ERROR");
    }
  });

  check("a refused send does not use the id up", async () => {
    const { alice, conversationId } = await pair(server);
    const clientMessageId = uniqueName("c");
    await send(alice, { conversationId, content: " ", clientMessageId }, 400);
    await send(alice, { conversationId, content: "now", clientMessageId }, 201);
  });
});

describeChatd("idempotent sends across restarts", {}, (server, check) => {
  for (const hard of [false, true]) {
    check(`a repeat after ${hard ? "kill -9" : "a clean restart"} answers the first message`, async () => {
      const { alice, conversationId } = await pair(server);
      const body = { conversationId, content: "once", clientMessageId: uniqueName("c") };
      const first = await alice.post("/api/messages", body, 201);
      await server.restart({ hard });
      const again = await alice.post("/api/messages", body, 200);
      assert.deepEqual(again.body.data.message, first.body.data.message);
      const tab = await alice.open();
      const { message } = await tab.do("send_message", body);
      assert.equal(message.id, first.body.data.id);
      assert.equal((await alice.history(conversationId)).length, 1);
    });
  }
});
