// Read marks and unread counts (contract section 5).
import assert from "node:assert/strict";
import { assertRefused } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { chattingPair, pair } from "../support/people.mjs";

describeChatd("read marks", { concurrency: true }, (server, check) => {
  for (const method of ["PATCH", "PUT"]) {
    check(`${method} /:id/read marks that one message; a body may be absent`, async () => {
      const { alice, bob, conversationId } = await pair(server);
      const first = await alice.say(conversationId, "one");
      await alice.say(conversationId, "two");
      await bob.request(method, `/api/messages/${first.id}/read`, { status: 200 });
      assert.equal(await bob.unread(conversationId), 1);
      const [one, two] = await alice.history(conversationId);
      assert.equal(one.isRead, true);
      assert.equal(typeof one.readAt, "string");
      assert.equal(one.readBy.length, 1);
      assert.equal(one.readBy[0].user.id ?? one.readBy[0].user, bob.id);
      assert.equal(one.readBy[0].readAt, one.readAt);
      assert.equal(two.isRead, false);
      assert.equal(two.readAt, null);
      assert.deepEqual(two.readBy, []);
      assert.deepEqual(
        (await bob.history(conversationId)).map(({ isRead }) => isRead),
        [true, false],
      );
    });

    check(`${method} with {readStatus:false} unmarks, with true marks`, async () => {
      const { alice, bob, conversationId } = await pair(server);
      const { id } = await alice.say(conversationId, "one");
      const set = (readStatus) =>
        bob.request(method, `/api/messages/${id}/read`, { body: { readStatus }, status: 200 });
      for (const readStatus of [true, false, false, true, true]) {
        await set(readStatus);
        assert.equal(await bob.unread(conversationId), readStatus ? 0 : 1);
        const [message] = await bob.history(conversationId);
        assert.equal(message.isRead, readStatus);
        assert.equal(message.readAt !== null, readStatus);
      }
    });
  }

  check("reading twice keeps the first time", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const { id } = await alice.say(conversationId, "one");
    await bob.patch(`/api/messages/${id}/read`, undefined, 200);
    const [{ readAt }] = await bob.history(conversationId);
    await bob.patch(`/api/messages/${id}/read`, undefined, 200);
    assert.equal((await bob.history(conversationId))[0].readAt, readAt);
  });

  check("the own message is a no-op", async () => {
    const { alice, bob, conversationId, bobTab } = await chattingPair(server);
    const { id } = await alice.say(conversationId, "mine");
    await alice.patch(`/api/messages/${id}/read`, undefined, 200);
    assert.equal(await bob.unread(conversationId), 1);
    assert.equal((await bob.history(conversationId))[0].isRead, false);
    await bobTab.settle();
    assert.deepEqual(bobTab.all("message_read_by"), []);
  });

  check("a readStatus of another type is a 400", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const { id } = await alice.say(conversationId, "one");
    for (const readStatus of ["yes", 2, {}, []]) {
      const answer = await bob.patch(`/api/messages/${id}/read`, { readStatus }, 400);
      assertRefused(answer, 400, "VALIDATION_ERROR", { field: "readStatus" });
    }
  });

  check("an unknown message or a bad id is a 404", async () => {
    const { bob } = await pair(server);
    for (const id of ["01890000-0000-7000-8000-000000000000", "x", "%00"]) {
      assertRefused(
        await bob.request("PATCH", `/api/messages/${id}/read`, { status: 404 }),
        404,
        "NOT_FOUND",
      );
    }
  });

  check("POST …/read marks all up to now, or up to a seq or a message", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const messages = [];
    for (let i = 0; i < 6; i += 1) messages.push(await alice.say(conversationId, `m${i}`));
    const read = (body) => bob.post(`/api/messages/conversations/${conversationId}/read`, body, 200);
    await read({ upTo: 2 });
    assert.equal(await bob.unread(conversationId), 4);
    await read({ upTo: messages[3].id });
    assert.equal(await bob.unread(conversationId), 2);
    await read({ upTo: 1 });
    assert.equal(await bob.unread(conversationId), 2, "a position never goes back");
    await read(undefined);
    assert.equal(await bob.unread(conversationId), 0);
    assert.ok((await alice.history(conversationId)).every(({ isRead }) => isRead));
    await alice.say(conversationId, "later");
    assert.equal(await bob.unread(conversationId), 1);
  });

  check("an upTo that names nothing here is a 400", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const other = await pair(server);
    const foreign = await other.alice.say(other.conversationId, "elsewhere");
    await alice.say(conversationId, "one");
    for (const upTo of [foreign.id, "nonsense", {}, [], true, -1]) {
      const answer = await bob.post(`/api/messages/conversations/${conversationId}/read`, { upTo }, 400);
      assertRefused(answer, 400, "VALIDATION_ERROR", { field: "upTo" });
    }
    assert.equal(await bob.unread(conversationId), 1);
  });

  for (const event of ["message_read", "mark_read"]) {
    check(`socket ${event} {messageId} marks, and both sides hear message_read_by once`, async () => {
      const { alice, bob, conversationId, aliceTab, bobTab } = await chattingPair(server);
      const secondTab = await alice.open();
      const { id } = await alice.say(conversationId, "one");
      await bobTab.do(event, { messageId: id });
      for (const tab of [aliceTab, secondTab, bobTab]) {
        const heard = await tab.waitFor("message_read_by");
        assert.equal(heard.messageId, id);
        assert.equal(heard.conversationId, conversationId);
        assert.equal(heard.readBy.id, bob.id);
        assert.equal(heard.readBy.username, bob.name);
        assert.equal(typeof heard.readAt, "string");
        assert.equal(typeof heard.timestamp, "string");
        await tab.settle();
        assert.equal(tab.all("message_read_by").length, 1);
      }
      assert.equal(await bob.unread(conversationId), 0);
    });
  }

  check("socket mark_read {conversationId, upTo} and {conversationId} move the position", async () => {
    const { alice, bob, conversationId, aliceTab, bobTab } = await chattingPair(server);
    const messages = [];
    for (let i = 0; i < 4; i += 1) messages.push(await alice.say(conversationId, `m${i}`));
    await bobTab.do("mark_read", { conversationId, upTo: messages[1].id });
    assert.equal(await bob.unread(conversationId), 2);
    await bobTab.do("message_read", { conversationId, upTo: 3 });
    assert.equal(await bob.unread(conversationId), 1);
    const heard = await aliceTab.waitFor("message_read_by");
    assert.equal(heard.conversationId, conversationId);
    assert.equal(heard.readBy.id, bob.id);
  });

  check("a REST read is heard on sockets", async () => {
    const { alice, bob, conversationId, aliceTab } = await chattingPair(server);
    const { id } = await alice.say(conversationId, "one");
    await bob.put(`/api/messages/${id}/read`, undefined, 200);
    assert.equal((await aliceTab.waitFor("message_read_by")).messageId, id);
    await alice.say(conversationId, "two");
    aliceTab.forget();
    await bob.post(`/api/messages/conversations/${conversationId}/read`, undefined, 200);
    assert.equal((await aliceTab.waitFor("message_read_by")).readBy.id, bob.id);
  });

  check("a socket read without a message id, or with a wrong one, is refused", async () => {
    const { bobTab } = await chattingPair(server);
    for (const payload of [{}, null, 7, { messageId: {} }, { conversationId: [] }, "x", []]) {
      const answer = await bobTab.ask("message_read", payload);
      assert.equal(answer.success, false);
      assert.ok(["VALIDATION_ERROR", "NOT_FOUND"].includes(answer.code), JSON.stringify(answer));
    }
    assert.equal(
      (await bobTab.ask("message_read", { messageId: "01890000-0000-7000-8000-000000000000" })).code,
      "NOT_FOUND",
    );
  });
});
