// Reading old messages: pages, cursors, both meanings of GET /:id (contract sections 1 and 5).
import assert from "node:assert/strict";
import { assertRefused } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { pair } from "../support/people.mjs";

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const seqs = (messages) => messages.map(({ seq }) => seq);

describeChatd("history", {}, (server, check) => {
  let story;

  const page = async (query, status = 200) => {
    const { body } = await story.bob.get(
      `/api/messages/conversations/${story.conversationId}?${query}`,
      status,
    );
    return body;
  };

  check("(25 messages are written)", async () => {
    story = await pair(server);
    story.messages = [];
    for (const i of range(1, 25)) {
      const sender = i % 3 ? story.alice : story.bob;
      story.messages.push(await sender.say(story.conversationId, `message ${i}`));
    }
  });

  check("page 1 is the newest page, ascending inside", async () => {
    const first = await page("page=1&limit=10");
    assert.deepEqual(seqs(first.data.messages), range(16, 25));
    const { page: number, limit, total, pages, totalPages, hasMore } = first.pagination;
    assert.deepEqual(
      { number, limit, total, pages, totalPages, hasMore },
      {
        number: 1,
        limit: 10,
        total: 25,
        pages: 3,
        totalPages: 3,
        hasMore: true,
      },
    );
    assert.ok("nextCursor" in first.pagination);
    assert.deepEqual(first.data.pagination, first.pagination);
    assert.deepEqual(seqs((await page("page=2&limit=10")).data.messages), range(6, 15));
    const last = await page("page=3&limit=10");
    assert.deepEqual(seqs(last.data.messages), range(1, 5));
    assert.equal(last.pagination.hasMore, false);
    const beyond = await page("page=4&limit=10");
    assert.deepEqual(beyond.data.messages, []);
    assert.equal(beyond.pagination.hasMore, false);
  });

  check("the default is page 1 of 50", async () => {
    const { body } = await story.alice.get(`/api/messages/conversations/${story.conversationId}`, 200);
    assert.deepEqual(seqs(body.data.messages), range(1, 25));
    assert.equal(body.pagination.limit, 50);
    assert.equal(body.pagination.page, 1);
  });

  check("before and after take a seq or a message id", async () => {
    const { messages } = story;
    assert.deepEqual(seqs((await page("before=11&limit=4")).data.messages), range(7, 10));
    assert.deepEqual(seqs((await page(`before=${messages[10].id}&limit=4`)).data.messages), range(7, 10));
    assert.deepEqual(seqs((await page("after=20&limit=3")).data.messages), range(21, 23));
    assert.deepEqual(seqs((await page(`after=${messages[19].id}&limit=3`)).data.messages), range(21, 23));
    assert.deepEqual(seqs((await page("after=25")).data.messages), []);
    assert.deepEqual(seqs((await page("before=1")).data.messages), []);
    assert.equal((await page("after=20&limit=3")).pagination.hasMore, true);
    assert.equal((await page("after=20&limit=5")).pagination.hasMore, false);
    assert.equal((await page("before=5&limit=4")).pagination.hasMore, false);
    assert.equal((await page("before=6&limit=4")).pagination.hasMore, true);
  });

  check("following nextCursor backwards meets every message once, even while new ones arrive", async () => {
    const found = [];
    let answer = await page("limit=6");
    for (;;) {
      found.unshift(...seqs(answer.data.messages));
      if (!answer.pagination.hasMore) break;
      assert.ok(answer.pagination.nextCursor !== null && answer.pagination.nextCursor !== undefined);
      if (found.length === 6) story.messages.push(await story.alice.say(story.conversationId, "meanwhile"));
      answer = await page(`before=${encodeURIComponent(answer.pagination.nextCursor)}&limit=6`);
    }
    assert.deepEqual(found, range(1, 25));
  });

  check("following after forwards meets every message once", async () => {
    const found = [];
    for (
      let answer = await page("after=0&limit=7");
      ;
      answer = await page(`after=${found.at(-1).id}&limit=7`)
    ) {
      found.push(...answer.data.messages);
      if (!answer.pagination.hasMore) break;
    }
    assert.deepEqual(seqs(found), range(1, 26));
  });

  check("limit: 1 to 100, larger is cut, anything else is a 400", async () => {
    assert.equal((await page("limit=1")).data.messages.length, 1);
    for (const large of ["101", "1000", "99999999"])
      assert.equal((await page(`limit=${large}`)).pagination.limit, 100);
    for (const wrong of ["0", "-1", "abc", "", "1.5", "1e2", "0x10", "%00", "10abc"]) {
      const { body } = await story.bob.get(
        `/api/messages/conversations/${story.conversationId}?limit=${wrong}`,
        400,
      );
      assert.equal(body.code, "VALIDATION_ERROR");
      assert.ok("limit" in body.details, JSON.stringify(body.details));
    }
    for (const wrong of ["0", "-1", "abc", ""]) {
      const { body } = await story.bob.get(
        `/api/messages/conversations/${story.conversationId}?page=${wrong}`,
        400,
      );
      assert.ok("page" in body.details, JSON.stringify(body.details));
    }
  });

  check("a cursor that names nothing of this conversation is refused", async () => {
    const other = await pair(server);
    const foreign = await other.alice.say(other.conversationId, "elsewhere");
    for (const cursor of ["nonsense", foreign.id, "-1"]) {
      for (const side of ["before", "after"]) {
        const target = `/api/messages/conversations/${story.conversationId}?${side}=${cursor}`;
        assertRefused(await story.bob.get(target, 400), 400, "VALIDATION_ERROR", { field: side });
      }
    }
  });

  check("GET /:id with a conversation: data is the array, ascending", async () => {
    const { body } = await story.bob.get(`/api/messages/${story.conversationId}`, 200);
    assert.ok(Array.isArray(body.data));
    assert.deepEqual(seqs(body.data), range(1, 26));
    assert.equal(body.pagination.hasMore, false);
  });

  check("GET /:id with a message: that message", async () => {
    const { body } = await story.bob.get(`/api/messages/${story.messages[4].id}`, 200);
    const message = body.data.message ?? body.data;
    assert.equal(message.id, story.messages[4].id);
    assert.equal(message.content, "message 5");
  });

  check("GET /:id with nothing, or a bad id, is a 404", async () => {
    for (const id of [
      "01890000-0000-7000-8000-000000000000",
      "x",
      "%20",
      "a".repeat(500),
      "..%2f..",
      "%F0%9F%98%80",
    ]) {
      assertRefused(await story.bob.request("GET", `/api/messages/${id}`, { status: 404 }), 404, "NOT_FOUND");
    }
  });

  check("ETag and If-None-Match", async () => {
    const target = `/api/messages/conversations/${story.conversationId}?limit=5`;
    const { headers } = await story.bob.get(target, 200);
    const same = await story.bob.get(target, { headers: { "if-none-match": headers.etag }, status: 304 });
    assert.equal(same.text, "");
    await story.alice.say(story.conversationId, "news");
    await story.bob.get(target, { headers: { "if-none-match": headers.etag }, status: 200 });
  });

  check("nobody else gets in, and an empty conversation is an empty page", async () => {
    const { alice, conversationId } = await pair(server);
    const { body } = await alice.get(`/api/messages/conversations/${conversationId}`, 200);
    assert.deepEqual(body.data.messages, []);
    assert.equal(body.pagination.total, 0);
    assert.equal(body.pagination.hasMore, false);
    const array = await alice.get(`/api/messages/${conversationId}`, 200);
    assert.deepEqual(array.body.data, []);
    await alice.get(`/api/messages/conversations/${story.conversationId}`, 403);
  });
});

describeChatd("more than a thousand messages", {}, (server, check) => {
  check("GET /:id shows the newest 1000 and says that there are more", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const tab = await alice.open();
    for (let sent = 0; sent < 1005; sent += 67) {
      await Promise.all(
        range(1, 67).map((i) => tab.do("send_message", { conversationId, content: `m${sent + i}` })),
      );
    }
    const { body } = await bob.get(`/api/messages/${conversationId}`, 200);
    assert.deepEqual(seqs(body.data), range(6, 1005));
    assert.equal(body.pagination.hasMore, true);
    assert.equal(body.pagination.total, 1005);
    assert.equal(await bob.unread(conversationId), 1005);
  });
});
