// Fifty pairs chat while the process is killed with kill -9 and restarted three times; clients retry with the same
// clientMessageId. Afterwards the history proves: every acknowledged message exactly once, seq without gaps, order kept.
import assert from "node:assert/strict";
import { Api } from "../support/api.mjs";
import { describeChatd, patience, sleep } from "../support/chatd.mjs";
import { connected, openSocket, pair, Tab } from "../support/people.mjs";

const pairs = 50;
const kills = 3;
const between = 1500;

/** Sends numbered messages one after the other, each until it is acknowledged, and remembers the acknowledgements. */
class Talker {
  acknowledged = [];
  retries = 0;

  constructor(person, conversationId, overRest) {
    this.person = person;
    this.conversationId = conversationId;
    this.overRest = overRest;
  }

  async open() {
    this.tab = new Tab(
      openSocket(this.person.server, {
        auth: { token: this.person.token },
        reconnection: true,
        reconnectionDelay: 50,
        reconnectionDelayMax: 250,
      }),
    );
    await connected(this.tab.socket);
  }

  async attempt(draft) {
    if (this.overRest) {
      const { status, body, text } = await new Api(this.person.server, this.person.token).post(
        "/api/messages",
        draft,
      );
      if (status === 503) throw new Error("busy");
      assert.ok(status === 200 || status === 201, text);
      return body.data.message;
    }
    const answer = await this.tab.socket.timeout(patience(1500)).emitWithAck("send_message", draft);
    if (answer.code === "UNAVAILABLE") throw new Error("busy");
    assert.equal(answer.success, true, JSON.stringify(answer));
    return answer.data.message;
  }

  async send(number) {
    const { conversationId, person } = this;
    const draft = {
      conversationId,
      content: `${person.name} says ${number}`,
      clientMessageId: `${person.name}-${number}`,
    };
    const deadline = Date.now() + patience(20_000);
    for (;;) {
      try {
        return this.acknowledged.push(await this.attempt(draft));
      } catch (error) {
        if (error.code === "ERR_ASSERTION" || Date.now() > deadline) throw error;
        this.retries += 1;
        await sleep(30);
      }
    }
  }

  async talk(isOver) {
    for (let number = 1; !isOver(); number += 1) {
      await this.send(number);
      await sleep(20 + Math.random() * 30);
    }
  }
}

function assertHistory(messages, talkers) {
  assert.deepEqual(
    messages.map(({ seq }) => seq),
    messages.map((_, index) => index + 1),
    "seq is gap-free",
  );
  assert.equal(new Set(messages.map(({ id }) => id)).size, messages.length);
  const byClientId = new Map(messages.map((message) => [message.clientMessageId, message]));
  assert.equal(byClientId.size, messages.length, "nothing is stored twice");
  for (const talker of talkers) {
    const mine = messages.filter(({ senderId }) => senderId === talker.person.id);
    const spoken = talker.acknowledged.map(({ content }) => content);
    assert.deepEqual(
      mine.map(({ content }) => content),
      spoken,
      "all that was acknowledged, once, in order",
    );
    for (const { clientMessageId, id, seq } of talker.acknowledged) {
      const stored = byClientId.get(clientMessageId);
      assert.deepEqual([stored.id, stored.seq], [id, seq], "stored as acknowledged");
    }
    assert.equal(mine.length, talker.acknowledged.length);
  }
}

/** What was delivered live was stored before, and nobody heard anything twice. */
function assertHeard(talker, messages) {
  const stored = new Map(messages.map((message) => [message.id, message]));
  const heard = talker.tab.all("message_received").map(({ message }) => message);
  for (const { id, seq } of heard) assert.equal(stored.get(id)?.seq, seq, "only what is stored is delivered");
  assert.equal(new Set(heard.map(({ id }) => id)).size, heard.length, "nothing is heard twice");
}

describeChatd("kill -9 in the middle of fifty conversations", {}, (server, check) => {
  check(
    "every acknowledged message exactly once, seq without gaps, order kept",
    { timeout: 120_000 },
    async (context) => {
      const rooms = await Promise.all(Array.from({ length: pairs }, () => pair(server)));
      const talkersOf = rooms.map(({ alice, bob, conversationId }, index) => [
        new Talker(alice, conversationId, false),
        new Talker(bob, conversationId, index % 5 === 0),
      ]);
      const talkers = talkersOf.flat();
      await Promise.all(talkers.map((talker) => talker.open()));

      let over = false;
      const talks = Promise.all(talkers.map((talker) => talker.talk(() => over)));
      talks.catch(() => (over = true));
      for (let round = 0; round < kills && !over; round += 1) {
        await sleep(patience(between));
        await server.restart({ hard: true });
      }
      await sleep(patience(between));
      over = true;
      await talks;

      const histories = await Promise.all(
        rooms.map(({ alice, conversationId }) => alice.history(conversationId)),
      );
      for (const [index, messages] of histories.entries()) assertHistory(messages, talkersOf[index]);
      await Promise.all(talkers.filter(({ tab }) => tab.socket.connected).map(({ tab }) => tab.settle()));
      for (const [index, messages] of histories.entries())
        for (const talker of talkersOf[index]) assertHeard(talker, messages);

      const sent = talkers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
      const retries = talkers.reduce((sum, talker) => sum + talker.retries, 0);
      context.diagnostic(`${sent} messages acknowledged, ${retries} retries`);
      assert.ok(sent > pairs * 2 * 5, `${sent} messages are too few to prove anything`);
      assert.ok(retries > 0, "the kills were felt");
    },
  );
});
