// Unread counts after random operations, compared with a naive model that keeps one flag per message and reader.
import assert from "node:assert/strict";
import { describeChatd } from "../support/chatd.mjs";
import { chattingPair } from "../support/people.mjs";

/** A small seeded generator, so that a failure can be repeated. */
function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

class Model {
  messages = [];

  posted(message, sender) {
    this.messages.push({ id: message.id, seq: message.seq, sender, read: false });
  }

  mark(message, reader, read) {
    if (message.sender !== reader) message.read = read;
  }

  readUpTo(reader, seq) {
    for (const message of this.messages) if (message.seq <= seq) this.mark(message, reader, true);
  }

  unread(reader) {
    return this.messages.filter(({ sender, read }) => sender !== reader && !read).length;
  }
}

async function play(server, seed, steps) {
  const pick = random(seed);
  const { alice, bob, conversationId, aliceTab, bobTab } = await chattingPair(server);
  const model = new Model();
  const tabs = new Map([
    [alice, aliceTab],
    [bob, bobTab],
  ]);
  const trace = [];

  const step = async () => {
    const person = pick(2) ? alice : bob;
    const tab = tabs.get(person);
    const message = model.messages[pick(model.messages.length)];
    const action = model.messages.length < 3 ? 0 : pick(8);
    trace.push(`${person === alice ? "alice" : "bob"}:${action}:${message?.seq ?? "-"}`);
    switch (action) {
      case 0:
      case 1:
        return model.posted(await person.say(conversationId, "over REST"), person);
      case 2:
        return model.posted(
          (await tab.do("send_message", { conversationId, content: "by socket" })).message,
          person,
        );
      case 3:
        await person.patch(`/api/messages/${message.id}/read`, undefined, 200);
        return model.mark(message, person, true);
      case 4:
        await person.patch(`/api/messages/${message.id}/read`, { readStatus: false }, 200);
        return model.mark(message, person, false);
      case 5:
        await tab.do("message_read", { messageId: message.id });
        return model.mark(message, person, true);
      case 6: {
        const upTo = pick(2) ? message.id : message.seq;
        await person.post(`/api/messages/conversations/${conversationId}/read`, { upTo }, 200);
        return model.readUpTo(person, message.seq);
      }
      default:
        await tab.do("mark_read", { conversationId, upTo: message.seq });
        return model.readUpTo(person, message.seq);
    }
  };

  for (let i = 0; i < steps; i += 1) {
    await step();
    for (const person of [alice, bob]) {
      const unread = await person.unread(conversationId);
      const story = `seed ${seed}: ${trace.join(" ")}`;
      assert.equal(unread, model.unread(person), `${person.name} after ${story}`);
    }
  }
  const flags = model.messages.map(({ read }) => read);
  assert.deepEqual(
    (await alice.history(conversationId)).map(({ isRead }) => isRead),
    flags,
    `isRead, seed ${seed}`,
  );
}

describeChatd(
  "unread counts are exact after any order of operations",
  { concurrency: true },
  (server, check) => {
    const seeds = process.env.CHATD_TEST_SEED
      ? [Number(process.env.CHATD_TEST_SEED)]
      : [1, 2, 3, Date.now() % 100_000];
    for (const seed of seeds) check(`seed ${seed}`, () => play(server, seed, 50));

    check("many reads at once end where one after the other would", async () => {
      const { alice, bob, conversationId } = await chattingPair(server);
      const messages = [];
      for (let i = 0; i < 12; i += 1) messages.push(await alice.say(conversationId, `m${i}`));
      const reads = messages.flatMap(({ id, seq }) => [
        bob.patch(`/api/messages/${id}/read`, undefined, 200),
        bob.post(`/api/messages/conversations/${conversationId}/read`, { upTo: seq }, 200),
      ]);
      const sends = Array.from({ length: 5 }, (_, i) => alice.say(conversationId, `late ${i}`));
      await Promise.all([...reads, ...sends]);
      assert.equal(await bob.unread(conversationId), 5);
    });
  },
);

describeChatd("unread counts across a restart", {}, (server, check) => {
  check("stay as they were", async () => {
    const { alice, bob, conversationId } = await chattingPair(server);
    const messages = [];
    for (let i = 0; i < 5; i += 1) messages.push(await alice.say(conversationId, `m${i}`));
    await bob.post(`/api/messages/conversations/${conversationId}/read`, { upTo: 2 }, 200);
    await bob.patch(`/api/messages/${messages[3].id}/read`, undefined, 200);
    await server.restart({ hard: true });
    assert.equal(await bob.unread(conversationId), 2);
    assert.deepEqual(
      (await bob.history(conversationId)).map(({ isRead }) => isRead),
      [true, true, false, true, false],
    );
  });
});
