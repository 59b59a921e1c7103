// Who gets a pid and offsets, whose pid recovers what, ghosts: spoken by hand (contract section 9).
import assert from "node:assert/strict";
import { describeChatd } from "../support/chatd.mjs";
import { pair } from "../support/people.mjs";
import { RawSocket, rawSocketOf } from "../support/raw_socket.mjs";

const isMessage = (content) => (frame) =>
  typeof frame === "string" && frame.startsWith("42") && frame.includes(`"content":"${content}"`);

/** The offset that stands as last argument of an event. */
const offsetOf = (frame) => JSON.parse(frame.slice(2)).at(-1);

describeChatd("recovery by hand", { concurrency: true }, (server, check) => {
  /** Bob's raw socket that has heard one message, and the pid and offset that it holds. */
  async function listening(options) {
    const story = await pair(server);
    const { raw, welcome } = await rawSocketOf(story.bob, options);
    await story.alice.say(story.conversationId, "heard");
    const frame = await raw.next(isMessage("heard"));
    return { ...story, raw, welcome, frame, offset: offsetOf(frame) };
  }

  check("a stock handshake gets a pid beside the sid, and events end in an offset", async () => {
    const { welcome, frame, offset } = await listening();
    assert.equal(typeof welcome.sid, "string");
    assert.equal(typeof welcome.pid, "string");
    assert.equal(typeof offset, "string");
    assert.equal(JSON.parse(frame.slice(2)).length, 3);
  });

  for (const [who, options] of [
    ["?recovery=0", { query: "EIO=4&transport=websocket&recovery=0" }],
    ["python-engineio (transport before EIO)", { query: "transport=websocket&EIO=4" }],
    ["Dart", { headers: { "user-agent": "Dart/3.2 (dart:io)" } }],
  ]) {
    check(`${who}: neither pid nor offset`, async () => {
      const { welcome, frame } = await listening(options);
      assert.ok(!("pid" in welcome));
      assert.equal(JSON.parse(frame.slice(2)).length, 2);
    });
  }

  check("EIO 3: neither pid nor offset", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const raw = new RawSocket(server, { query: `EIO=3&transport=websocket&token=${bob.token}` });
    await raw.opened();
    await raw.startingWith("40");
    await alice.say(conversationId, "old friend");
    const frame = await raw.next(isMessage("old friend"));
    assert.equal(JSON.parse(frame.slice(2)).length, 2);
    assert.ok(!raw.frames.some((text) => text.includes('"pid"')));
  });

  check("acks carry no offset", async () => {
    const { raw, conversationId } = await listening();
    raw.send(`427${JSON.stringify(["send_message", { conversationId, content: "mine" }])}`);
    const frame = await raw.startingWith("437[");
    assert.equal(JSON.parse(frame.slice(3)).length, 1);
  });

  check(
    "the old connection still looks alive: it is closed, the session moves over and misses nothing",
    async () => {
      const { alice, bob, conversationId, raw, welcome, offset } = await listening();
      raw.silent = true;
      raw.socket.removeAllListeners("message");
      await alice.say(conversationId, "into the void");
      const next = await rawSocketOf(bob, { auth: { pid: welcome.pid, offset } });
      assert.equal(next.welcome.sid, welcome.sid, "recovered");
      assert.equal(next.welcome.pid, welcome.pid);
      await raw.closed;
      await next.raw.next(isMessage("into the void"));
      await alice.say(conversationId, "back again");
      await next.raw.next(isMessage("back again"));
      const heard = next.raw.events("message_received").map(([, { message }]) => message.content);
      assert.deepEqual(heard, ["into the void", "back again"], "in order and once");
    },
  );

  check("a pid without an offset means the position at CONNECT", async () => {
    const { alice, bob, conversationId, raw, welcome } = await listening();
    raw.close();
    await alice.say(conversationId, "missed");
    const next = await rawSocketOf(bob, { auth: { pid: welcome.pid } });
    assert.equal(next.welcome.sid, welcome.sid);
    await next.raw.next(isMessage("missed"));
    const heard = next.raw.events("message_received").map(([, { message }]) => message.content);
    assert.deepEqual(heard, ["heard", "missed"]);
  });

  check("the replay comes with offsets, so that it can be cut again", async () => {
    const { alice, bob, conversationId, raw, welcome, offset } = await listening();
    raw.close();
    await alice.say(conversationId, "one");
    await alice.say(conversationId, "two");
    const second = await rawSocketOf(bob, { auth: { pid: welcome.pid, offset } });
    const one = offsetOf(await second.raw.next(isMessage("one")));
    second.raw.close();
    const third = await rawSocketOf(bob, { auth: { pid: welcome.pid, offset: one } });
    await third.raw.next(isMessage("two"));
    assert.deepEqual(
      third.raw.events("message_received").map(([, { message }]) => message.content),
      ["two"],
    );
  });

  check("own messages and events for the other side only are told apart", async () => {
    const { alice, bob, conversationId, raw, welcome, offset } = await listening();
    raw.close();
    await bob.say(conversationId, "from my phone");
    const stranger = await pair(server);
    await stranger.alice.say(stranger.conversationId, "not for bob");
    await alice.say(conversationId, "for bob");
    const next = await rawSocketOf(bob, { auth: { pid: welcome.pid, offset } });
    await next.raw.next(isMessage("for bob"));
    const heard = next.raw.events("message_received").map(([, { message }]) => message.content);
    assert.deepEqual(heard, ["from my phone", "for bob"]);
  });

  check(
    "somebody else's pid, another session's pid and a made-up one make a new socket that hears nothing old",
    async () => {
      const { alice, bob, conversationId, raw, welcome, offset } = await listening();
      raw.close();
      await alice.say(conversationId, "private");
      const device = await bob.anotherDevice();
      const mallory = (await pair(server)).alice;
      for (const [person, pid] of [
        [mallory, welcome.pid],
        [device, welcome.pid],
        [bob, "made-up"],
        [bob, ""],
        [bob, 17],
      ]) {
        const next = await rawSocketOf(person, { auth: { pid, offset } });
        assert.equal(next.welcome.refused, false);
        assert.notEqual(next.welcome.sid, welcome.sid);
        await next.raw.ask(1, "get_online_users");
        assert.deepEqual(next.raw.events("message_received"), []);
      }
      const owner = await rawSocketOf(bob, { auth: { pid: welcome.pid, offset } });
      assert.equal(owner.welcome.sid, welcome.sid, "its owner still recovers");
    },
  );

  check("an offset that was never given out does not break anything", async () => {
    const { bob, raw, welcome } = await listening();
    raw.close();
    for (const offset of ["nonsense", "", 42, null, {}, "zzzzzzzzzzzzzzzzzzzz"]) {
      const next = await rawSocketOf(bob, { auth: { pid: welcome.pid, offset } });
      assert.equal(next.welcome.refused, false);
      const answer = await next.raw.ask(1, "get_online_users");
      assert.equal(answer.success, true);
      next.raw.close();
    }
  });

  check("two that claim one pid at once: one session, no crash", async () => {
    const { bob, raw, welcome, offset } = await listening();
    raw.close();
    const claims = Array.from({ length: 4 }, () => rawSocketOf(bob, { auth: { pid: welcome.pid, offset } }));
    const claimed = await Promise.allSettled(claims);
    const sids = claimed.filter(({ status }) => status === "fulfilled").map(({ value }) => value.welcome.sid);
    assert.ok(sids.includes(welcome.sid));
  });
});
