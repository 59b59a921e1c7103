// Direct conversations (contract section 4).
import assert from "node:assert/strict";
import { assertRefused } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { assertHasFields, pair, Person } from "../support/people.mjs";

const itemFields = [
  "id",
  "_id",
  "kind",
  "isDirect",
  "name",
  "participants",
  "participantCount",
  "participantDetails",
  "lastMessage",
  "lastMessageDetails",
  "lastMessageAt",
  "unreadCount",
  "lastSeq",
  "createdAt",
  "updatedAt",
];
const participantFields = [
  "id",
  "_id",
  "username",
  "email",
  "avatar",
  "isActive",
  "isOnline",
  "lastSeen",
  "role",
];
const lastMessageFields = ["id", "_id", "content", "senderId", "sender", "messageType", "createdAt"];

function assertItem(item) {
  assertHasFields(item, itemFields, "conversation");
  assert.equal(item.kind, "direct");
  assert.equal(item.isDirect, true);
  assert.equal(item.participantCount, 2);
  assert.equal(item.participants.length, 2);
  assert.deepEqual(item.participantDetails, item.participants);
  assert.deepEqual(item.lastMessageDetails, item.lastMessage);
  for (const participant of item.participants) {
    assertHasFields(participant, participantFields, "participant");
    assert.ok(!participant.phone && !participant.whatsappNumber);
  }
  if (item.lastMessage) {
    assertHasFields(item.lastMessage, lastMessageFields, "last message");
    assertHasFields(item.lastMessage.sender, ["id", "_id", "username"], "sender of the last message");
  }
}

describeChatd("conversations", { concurrency: true }, (server, check) => {
  const create = (person, participantId, status) =>
    person.post("/api/conversations", { participantId }, status);
  const two = async () => [await Person.register(server), await Person.register(server)];

  check("the first call makes it (201), every other one finds it (200), from both sides", async () => {
    const [alice, bob] = await two();
    const first = await create(alice, bob.id, 201);
    assertItem(first.body.data);
    assert.equal(first.body.data.lastMessage, null);
    assert.equal(first.body.data.unreadCount, 0);
    assert.equal(first.body.data.lastSeq, 0);
    assert.deepEqual(first.body.data.participants.map(({ id }) => id).sort(), [alice.id, bob.id].sort());
    const again = await create(alice, bob.id, 200);
    const fromBob = await create(bob, alice.id, 200);
    assert.equal(again.body.data.id, first.body.data.id);
    assert.equal(fromBob.body.data.id, first.body.data.id);
  });

  check("created once however concurrently asked", async () => {
    const [alice, bob] = await two();
    const calls = Array.from({ length: 12 }, (_, i) =>
      i % 2 ? create(alice, bob.id) : create(bob, alice.id),
    );
    const answers = await Promise.all(calls);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(11).fill(200), 201]);
    assert.equal(new Set(answers.map(({ body }) => body.data.id)).size, 1);
    assert.equal((await alice.get("/api/conversations", 200)).body.data.length, 1);
  });

  check("not with oneself", async () => {
    const [alice] = await two();
    const answer = await create(alice, alice.id, 400);
    assert.equal(answer.body.message, "Cannot create conversation with yourself");
  });

  for (const [what, id] of [
    ["an unknown id", "01890000-0000-7000-8000-000000000000"],
    ["an id of another form", "64f8a1b2c3d4e5f6a7b8c9d1"],
    ["a number, taken as its decimal string", 42],
  ]) {
    check(`${what} is 404 \`Participant not found\``, async () => {
      const [alice] = await two();
      assertRefused(await create(alice, id, 404), 404, "NOT_FOUND", { message: "Participant not found" });
    });
  }

  for (const [what, id] of [
    ["missing", undefined],
    ["null", null],
    ["empty", ""],
    ["an object", { $ne: 1 }],
    ["a list", ["a"]],
    ["a boolean", true],
    ["longer than 64 bytes", "x".repeat(65)],
  ]) {
    check(`a participantId that is ${what} is a 400`, async () => {
      const [alice] = await two();
      assertRefused(await create(alice, id, 400), 400, "VALIDATION_ERROR", { field: "participantId" });
    });
  }

  check("the list: data is an array, also conversations; newest activity first", async () => {
    const me = await Person.register(server);
    const friends = await Promise.all([0, 1, 2].map(() => Person.register(server)));
    const ids = [];
    for (const friend of friends) ids.push((await me.conversationWith(friend)).id);
    await me.say(ids[1], "first");
    await friends[0].say(ids[0], "second");
    const { body } = await me.get("/api/conversations", 200);
    assert.ok(Array.isArray(body.data));
    assert.deepEqual(body.conversations, body.data);
    assert.equal(body.data.length, 3);
    assert.deepEqual(
      body.data.slice(0, 2).map(({ id }) => id),
      [ids[0], ids[1]],
    );
    body.data.forEach(assertItem);
    const [top] = body.data;
    assert.equal(top.lastMessage.content, "second");
    assert.equal(top.lastMessage.senderId, friends[0].id);
    assert.equal(top.lastMessage.sender.username, friends[0].name);
    assert.equal(top.lastMessageAt, top.lastMessage.createdAt);
    assert.equal(top.unreadCount, 1);
    assert.equal(top.lastSeq, 1);
    assert.equal(body.data[1].unreadCount, 0, "own messages are not unread");
  });

  check("a new conversation appears in the list of the other side too", async () => {
    const { bob, conversationId } = await pair(server);
    const { body } = await bob.get("/api/conversations", 200);
    assert.deepEqual(
      body.data.map(({ id }) => id),
      [conversationId],
    );
  });

  check("participants show who is online", async () => {
    const { alice, bob, conversationId } = await pair(server);
    await bob.open();
    const { body } = await alice.get("/api/conversations", 200);
    const item = body.data.find(({ id }) => id === conversationId);
    const online = Object.fromEntries(item.participants.map((one) => [one.id, one.isOnline]));
    assert.deepEqual(online, { [alice.id]: false, [bob.id]: true });
  });

  check("one conversation by id", async () => {
    const { alice, conversationId } = await pair(server);
    const { body } = await alice.get(`/api/conversations/${conversationId}`, 200);
    assertItem(body.data);
    for (const id of ["01890000-0000-7000-8000-000000000000", "x", "%20", "a".repeat(300)]) {
      assertRefused(await alice.get(`/api/conversations/${id}`, 404), 404, "NOT_FOUND");
    }
  });

  check("ETag and If-None-Match", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const { headers } = await alice.get("/api/conversations", 200);
    const condition = { "if-none-match": headers.etag };
    const same = await alice.get("/api/conversations", { headers: condition, status: 304 });
    assert.equal(same.text, "");
    await bob.say(conversationId, "something new");
    const changed = await alice.get("/api/conversations", { headers: condition, status: 200 });
    assert.notEqual(changed.headers.etag, headers.etag);
    const list = `"other", W/"x", ${changed.headers.etag}`;
    await alice.get("/api/conversations", { headers: { "if-none-match": list }, status: 304 });
    await alice.get("/api/conversations", { headers: { "if-none-match": "*" }, status: 304 });
  });

  check("pages of conversations", async () => {
    const me = await Person.register(server);
    const friends = await Promise.all(Array.from({ length: 5 }, () => Person.register(server)));
    for (const friend of friends) await me.conversationWith(friend);
    const seen = new Set();
    for (const page of [1, 2, 3]) {
      const { body } = await me.get(`/api/conversations?page=${page}&limit=2`, 200);
      assert.equal(body.pagination.total, 5);
      assert.equal(body.pagination.totalPages, 3);
      assert.equal(body.pagination.hasMore, page < 3);
      for (const { id } of body.data) seen.add(id);
    }
    assert.equal(seen.size, 5);
    assertRefused(await me.get("/api/conversations?limit=0", 400), 400, "VALIDATION_ERROR", {
      field: "limit",
    });
  });
});

describeChatd("outsiders", { concurrency: true }, (server, check) => {
  const calls = [
    ["GET", ({ conversationId }) => `/api/conversations/${conversationId}`],
    ["GET", ({ conversationId }) => `/api/messages/conversations/${conversationId}`],
    ["GET", ({ conversationId }) => `/api/messages/${conversationId}`],
    ["GET", ({ message }) => `/api/messages/${message.id}`],
    ["PATCH", ({ message }) => `/api/messages/${message.id}/read`],
    ["PUT", ({ message }) => `/api/messages/${message.id}/read`],
    ["POST", ({ conversationId }) => `/api/messages/conversations/${conversationId}/read`],
    ["POST", () => "/api/messages", ({ conversationId }) => ({ conversationId, content: "me too" })],
    ["POST", () => "/api/messages/send", ({ conversationId }) => ({ conversationId, content: "me too" })],
    ["GET", ({ conversationId }) => `/api/search/messages?query=secret&conversationId=${conversationId}`],
  ];

  for (const [method, target, body = () => undefined] of calls) {
    check(
      `${method} ${target({ conversationId: ":conversation", message: { id: ":message" } })} is 403`,
      async () => {
        const story = await pair(server);
        story.message = await story.alice.say(story.conversationId, "a secret");
        const mallory = await Person.register(server);
        const answer = await mallory.request(method, target(story), { body: body(story), status: 403 });
        assertRefused(answer, 403, "FORBIDDEN");
        assert.ok(!answer.text.includes("secret"));
        assert.equal((await story.bob.history(story.conversationId)).length, 1);
        assert.equal(await story.bob.unread(story.conversationId), 1);
      },
    );
  }

  const events = [
    ["send_message", ({ conversationId }) => ({ conversationId, content: "me too" })],
    ["typing_start", ({ conversationId }) => ({ conversationId })],
    ["typing_stop", ({ conversationId }) => ({ conversationId })],
    ["message_read", ({ message }) => ({ messageId: message.id })],
    ["mark_read", ({ conversationId, message }) => ({ conversationId, upTo: message.id })],
    ["join_room", ({ conversationId }) => ({ conversationId })],
    ["join_conversation", ({ conversationId }) => conversationId],
    ["call:offer", ({ conversationId }) => ({ conversationId, callId: "c1", sdp: "x" })],
  ];

  for (const [event, payload] of events) {
    check(`${event} is FORBIDDEN and nobody hears anything`, async () => {
      const story = await pair(server);
      story.message = await story.alice.say(story.conversationId, "a secret");
      const mallory = await Person.register(server);
      const [bobTab, malloryTab] = [await story.bob.open(), await mallory.open()];
      const answer = await malloryTab.ask(event, payload(story));
      assert.equal(answer.success, false);
      assert.equal(answer.code, "FORBIDDEN");
      await bobTab.settle();
      const heard = bobTab.heard.filter(
        ({ event: name }) => !/^user_(online|offline)$|online_users_list/.test(name),
      );
      assert.deepEqual(heard, []);
      assert.equal(await story.bob.unread(story.conversationId), 1);
    });
  }

  check("an unknown conversation is not found, on REST as on sockets", async () => {
    const person = await Person.register(server);
    const conversationId = "01890000-0000-7000-8000-000000000000";
    await person.get(`/api/messages/conversations/${conversationId}`, 404);
    await person.get(`/api/messages/${conversationId}`, 404);
    await person.patch(`/api/messages/${conversationId}/read`, {}, 404);
    const sent = await person.post("/api/messages", { conversationId, content: "anybody?" });
    assert.ok([403, 404].includes(sent.status), sent.text);
    const tab = await person.open();
    const answer = await tab.ask("send_message", { conversationId, content: "anybody?" });
    assert.ok(["FORBIDDEN", "NOT_FOUND"].includes(answer.code), JSON.stringify(answer));
  });

  check("an outsider hears nothing of a conversation", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const mallory = await Person.register(server);
    const malloryTab = await mallory.open();
    malloryTab.tell("join_room", { conversationId });
    malloryTab.tell("join_room", `conversation:${conversationId}`);
    malloryTab.tell("join_room", `user:${bob.id}`);
    const [aliceTab, bobTab] = [await alice.open(), await bob.open()];
    const message = await aliceTab.do("send_message", { conversationId, content: "between us" });
    aliceTab.tell("typing_start", { conversationId });
    await bobTab.waitFor("user_typing");
    await bobTab.do("message_read", { messageId: message.message.id });
    await aliceTab.waitFor("message_read_by");
    await malloryTab.settle();
    const allowed = new Set(["error", "user_online", "user_offline", "online_users_list"]);
    assert.deepEqual(
      malloryTab.heard.filter(({ event }) => !allowed.has(event)),
      [],
    );
    assert.equal(malloryTab.all("error").length, 3);
  });
});
