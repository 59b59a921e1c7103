// Full text search (contract section 6).
import assert from "node:assert/strict";
import { assertRefused } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { assertHasFields, chattingPair, pair, Person } from "../support/people.mjs";

const plain = (html) => html.replaceAll("<mark>", "").replaceAll("</mark>", "");

async function find(person, query, more = "") {
  const { body } = await person.get(`/api/search/messages?query=${encodeURIComponent(query)}${more}`, 200);
  assert.equal(body.message, `Found ${body.data.total} messages`);
  return body.data;
}

const found = async (person, query, more) =>
  (await find(person, query, more)).messages.map(({ content }) => plain(content));

describeChatd("search", { concurrency: true }, (server, check) => {
  check("answers data with messages, total and pages, in the shape of the contract", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const { id } = await alice.say(conversationId, "the quick brown fox");
    const data = await find(bob, "brown");
    assert.deepEqual(Object.keys(data).sort(), ["limit", "messages", "page", "total", "totalPages"]);
    assert.deepEqual([data.total, data.page, data.limit, data.totalPages], [1, 1, 20, 1]);
    const [hit] = data.messages;
    assertHasFields(
      hit,
      [
        "messageId",
        "conversationId",
        "senderId",
        "senderUsername",
        "content",
        "messageType",
        "timestamp",
        "score",
      ],
      "hit",
    );
    assert.equal(hit.messageId, id);
    assert.equal(hit.conversationId, conversationId);
    assert.equal(hit.senderId, alice.id);
    assert.equal(hit.senderUsername, alice.name);
    assert.equal(hit.content, "the quick <mark>brown</mark> fox");
    assert.equal(typeof hit.score, "number");
  });

  check("a message is found as soon as its send is acknowledged, over REST and by socket", async () => {
    const { alice, bob, conversationId, aliceTab } = await chattingPair(server);
    for (let i = 0; i < 10; i += 1) {
      await alice.say(conversationId, `rest zebra${i}`);
      assert.deepEqual(await found(bob, `zebra${i}`), [`rest zebra${i}`]);
      await aliceTab.do("send_message", { conversationId, content: `socket lion${i}` });
      assert.deepEqual(await found(bob, `lion${i}`), [`socket lion${i}`]);
    }
  });

  for (const [family, ...words] of [
    ["ISPARTA", "ısparta", "Isparta", "ISPARTA", "isparta", "İsparta"],
    ["İzmir", "izmir", "İZMİR", "IZMIR", "ızmır"],
    ["sıkıştı", "sikisti", "SIKIŞTI", "SIKISTI", "Sıkıştı"],
    ["çığlık", "ciglik", "ÇIĞLIK"],
    ["Müller", "muller", "MÜLLER"],
    ["göğüs", "gogus", "GÖĞÜS"],
  ]) {
    check(`folding is Turkish-safe: ${family}`, async () => {
      const { alice, bob, conversationId } = await pair(server);
      const stored = [family, ...words];
      for (const word of stored) await alice.say(conversationId, `bak ${word} işte`);
      for (const word of stored) assert.equal((await find(bob, word)).total, stored.length, word);
      const { messages } = await find(bob, words[0]);
      for (const { content } of messages)
        assert.match(content, /^bak <mark>[^<]+<\/mark> işte$/, "the stored spelling is marked");
    });
  }

  check('words, "phrases", prefix*, -exclusion', async () => {
    const { alice, bob, conversationId } = await pair(server);
    const texts = ["red green blue", "blue green red", "red blueberry", "green tea"];
    for (const text of texts) await alice.say(conversationId, text);
    assert.deepEqual((await found(bob, "red green")).sort(), ["blue green red", "red green blue"]);
    assert.deepEqual(await found(bob, '"red green"'), ["red green blue"]);
    assert.deepEqual((await found(bob, "blue*")).sort(), [
      "blue green red",
      "red blueberry",
      "red green blue",
    ]);
    assert.deepEqual((await found(bob, "blue")).sort(), ["blue green red", "red green blue"]);
    assert.deepEqual(await found(bob, "green -red"), ["green tea"]);
    assert.deepEqual(await found(bob, 'red -"green blue" -blueberry'), ["blue green red"]);
    assert.deepEqual(await found(bob, "purple"), []);
  });

  for (const query of ["-red", "-red -blue", '-"red blue"', "-red*"]) {
    check(`exclusions only (${query}) are a 400`, async () => {
      const { bob } = await pair(server);
      const answer = await bob.get(`/api/search/messages?query=${encodeURIComponent(query)}`, 400);
      assertRefused(answer, 400, "VALIDATION_ERROR", { field: "query" });
    });
  }

  check("no query, a blank one and one of 201 characters are a 400; 200 characters are not", async () => {
    const { bob } = await pair(server);
    for (const query of ["", "?query=", "?query=%20%20", `?query=${"a".repeat(201)}`]) {
      assertRefused(await bob.get(`/api/search/messages${query}`, 400), 400, "VALIDATION_ERROR", {
        field: "query",
      });
    }
    await bob.get(`/api/search/messages?query=${"a".repeat(200)}`, 200);
  });

  for (const query of [
    '"',
    '"unclosed',
    "*",
    '"" red',
    "red AND",
    "NEAR(a b)",
    "red OR",
    "content:red",
    "(red",
    "red)",
    "'; --",
    "a^b",
    "red*blue",
    "{x}",
    "%",
    "😀",
    "- red",
    "\\",
    "x:y:z",
    "NOT red",
  ]) {
    check(`odd syntax is taken as words or refused, never an error of ours: ${query}`, async () => {
      const { bob, alice, conversationId } = await pair(server);
      await alice.say(conversationId, "red AND content");
      const answer = await bob.get(`/api/search/messages?query=${encodeURIComponent(query)}`);
      assert.ok([200, 400].includes(answer.status), answer.text);
    });
  }

  check("the rest of the content is HTML-escaped", async () => {
    const { alice, bob, conversationId } = await pair(server);
    await alice.say(conversationId, '<img src=x onerror=alert(1)> fox & "friends" <mark>');
    const {
      messages: [hit],
    } = await find(bob, "fox");
    assert.ok(hit.content.includes("<mark>fox</mark>"));
    assert.ok(hit.content.includes("&lt;img src=x onerror=alert(1)&gt;"));
    assert.ok(hit.content.includes("&amp;"));
    assert.equal(hit.content.split("<").length, 3, "the only tags are our own marks");
  });

  check("filters: conversation, sender, type, dates", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const carol = await Person.register(server);
    const { id: other } = await bob.conversationWith(carol);
    const one = await alice.say(conversationId, "needle one");
    await bob.say(conversationId, "needle two", { messageType: "image" });
    await carol.say(other, "needle three");
    assert.equal((await find(bob, "needle")).total, 3);
    assert.deepEqual(await found(bob, "needle", `&conversationId=${other}`), ["needle three"]);
    assert.deepEqual(await found(bob, "needle", `&senderId=${alice.id}`), ["needle one"]);
    assert.deepEqual(await found(bob, "needle", "&messageType=image"), ["needle two"]);
    assert.equal((await find(bob, "needle", "&startDate=2001-01-01&endDate=2002-01-01")).total, 0);
    assert.equal((await find(bob, "needle", "&startDate=2001-01-01T00:00:00.000Z")).total, 3);
    const exactly = `&startDate=${one.createdAt}&endDate=${one.createdAt}`;
    assert.ok((await found(bob, "needle", exactly)).includes("needle one"), "inclusive");
    const today = one.createdAt.slice(0, 10);
    assert.equal((await find(bob, "needle", `&startDate=${today}&endDate=${today}`)).total, 3, "a whole day");
  });

  for (const filter of [
    "startDate=yesterday",
    "endDate=2024-13-01",
    "limit=0",
    "page=0",
    "limit=x",
    "messageType=nonsense",
  ]) {
    check(`?${filter} is a 400`, async () => {
      const { bob } = await pair(server);
      const answer = await bob.get(`/api/search/messages?query=x&${filter}`, 400);
      assertRefused(answer, 400, "VALIDATION_ERROR", { field: filter.split("=")[0] });
    });
  }

  check("pages", async () => {
    const { alice, bob, conversationId } = await pair(server);
    for (let i = 0; i < 7; i += 1) await alice.say(conversationId, `paging number ${i}`);
    const seen = new Set();
    for (const page of [1, 2, 3]) {
      const data = await find(bob, "paging", `&limit=3&page=${page}`);
      assert.deepEqual([data.total, data.page, data.limit, data.totalPages], [7, page, 3, 3]);
      for (const { messageId } of data.messages) seen.add(messageId);
    }
    assert.equal(seen.size, 7);
    assert.equal((await find(bob, "paging", "&limit=500")).limit, 100);
  });

  check("more relevant messages stand first", async () => {
    const { alice, bob, conversationId } = await pair(server);
    await alice.say(
      conversationId,
      `apple ${"and many other words that have nothing to do with it ".repeat(5)}`,
    );
    await alice.say(conversationId, "apple apple apple");
    const { messages } = await find(bob, "apple");
    assert.equal(plain(messages[0].content), "apple apple apple");
    assert.ok(messages[0].score >= messages[1].score);
  });

  check("outsiders find nothing, and the own messages are found too", async () => {
    const { alice, conversationId } = await pair(server);
    const mallory = await Person.register(server);
    await alice.say(conversationId, "xylophone");
    assert.equal((await find(mallory, "xylophone")).total, 0);
    assert.equal((await find(mallory, "xylo*")).total, 0);
    assert.equal((await find(alice, "xylophone")).total, 1);
    const { body } = await mallory.get("/api/messages/search?q=xylophone", 200);
    assert.deepEqual(body, []);
    const suggestions = await mallory.get("/api/search/suggestions?query=xylo", 200);
    assert.deepEqual(suggestions.body.data.suggestions, []);
  });

  check("GET /api/messages/search answers a bare array with the content as stored", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const { id } = await alice.say(conversationId, "<b>walrus</b> & co");
    const { body } = await bob.get("/api/messages/search?q=walrus", 200);
    assert.ok(Array.isArray(body));
    assert.equal(body.length, 1);
    assert.equal(body[0].messageId, id);
    assert.equal(body[0].content, "<b>walrus</b> & co");
    assertHasFields(body[0], ["messageId", "sender", "content", "createdAt"], "result");
    for (const query of ["", "?q=", "?q=-walrus", `?q=${"a".repeat(201)}`])
      await bob.get(`/api/messages/search${query}`, 400);
  });

  check("suggestions come from the caller's own words and partners", async () => {
    const { alice, bob, conversationId } = await pair(server);
    await bob.say(conversationId, "hippopotamus hippodrome İstanbul");
    await alice.say(conversationId, "hippocampus");
    const suggest = async (query, more = "") =>
      (await bob.get(`/api/search/suggestions?query=${encodeURIComponent(query)}${more}`, 200)).body.data;
    const data = await suggest("hippo");
    assert.equal(data.query, "hippo");
    assert.ok(
      data.suggestions.includes("hippopotamus") && data.suggestions.includes("hippodrome"),
      JSON.stringify(data),
    );
    assert.ok(!data.suggestions.includes("hippocampus"), "somebody else's word");
    assert.equal((await suggest("hippo", "&limit=1")).suggestions.length, 1);
    assert.ok((await suggest(alice.name.slice(0, -1))).suggestions.includes(alice.name), "a partner");
    assert.equal((await suggest("ista")).suggestions.length, 1, "folded");
    for (const query of ["", "a"]) {
      assertRefused(await bob.get(`/api/search/suggestions?query=${query}`, 400), 400, "VALIDATION_ERROR", {
        field: "query",
      });
    }
  });

  check("stats are figures", async () => {
    const { alice, conversationId } = await pair(server);
    const figures = async () => JSON.stringify((await alice.get("/api/search/stats", 200)).body.data);
    const before = await figures();
    assert.match(before, /:\d+/);
    await alice.say(conversationId, "one more for the statistics");
    assert.notEqual(await figures(), before, "real figures change");
  });
});

describeChatd("search after kill -9", {}, (server, check) => {
  check("still finds what was acknowledged", async () => {
    const { alice, bob, conversationId } = await pair(server);
    await alice.say(conversationId, "persistent penguin");
    await server.restart({ hard: true });
    assert.deepEqual(await found(bob, "penguin"), ["persistent penguin"]);
  });
});
