// Stock reconnection with connection state recovery: nothing missed, nothing twice (contract section 9).
import assert from "node:assert/strict";
import { describeChatd, patience, sleep, until } from "../support/chatd.mjs";
import { connected, openSocket, pair, Tab } from "../support/people.mjs";

/** A stock socket that comes back by itself after `delay` milliseconds. */
async function reconnecting(person, { delay = 250, ...options } = {}) {
  const socket = openSocket(person.server, {
    auth: { token: person.token },
    reconnection: true,
    reconnectionDelay: delay,
    reconnectionDelayMax: delay,
    randomizationFactor: 0,
    ...options,
  });
  const tab = new Tab(socket);
  await connected(socket);
  return tab;
}

const contents = (tab) => tab.all("message_received").map(({ message }) => message.content);

/** Cuts the transport, does `meanwhile`, and waits until the stock client is back. */
async function cut(tab, meanwhile = async () => {}) {
  const { socket } = tab;
  const back = new Promise((resolve) => socket.once("connect", resolve));
  socket.io.engine.close();
  await meanwhile();
  await back;
}

describeChatd("recovery with a stock client", { concurrency: true }, (server, check) => {
  for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
    check(`nothing missed, nothing twice over ${transports.join(" and ")}`, async () => {
      const { alice, bob, conversationId } = await pair(server);
      const tab = await reconnecting(bob, { transports });
      const firstId = tab.id;
      let sent = 0;
      const say = async (count) => {
        for (let i = 0; i < count; i += 1) await alice.say(conversationId, `m${(sent += 1)}`);
      };
      await say(3);
      await tab.waitFor("message_received", ({ message }) => message.content === "m3");
      for (let round = 0; round < 3; round += 1) {
        await cut(tab, () => say(4));
        assert.equal(tab.socket.recovered, true, `round ${round}`);
        assert.equal(tab.id, firstId, "the same socket id");
        await say(2);
      }
      const last = `m${sent}`;
      await tab.waitFor("message_received", ({ message }) => message.content === last);
      await tab.settle();
      assert.deepEqual(
        contents(tab),
        Array.from({ length: sent }, (_, i) => `m${i + 1}`),
      );
    });
  }

  check("other events are replayed too: read marks and calls", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const tab = await reconnecting(alice);
    const { id } = await alice.say(conversationId, "read me");
    await tab.waitFor("message_received");
    const bobTab = await bob.open();
    await cut(tab, async () => {
      await bobTab.do("message_read", { messageId: id });
      await bobTab.do("call:hangup", { conversationId, callId: "c" });
    });
    assert.equal(tab.socket.recovered, true);
    await tab.waitFor("message_read_by");
    await tab.waitFor("call:hangup");
    assert.equal(tab.all("message_read_by").length, 1);
  });

  check("a client that heard nothing before recovers from its CONNECT on", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const tab = await reconnecting(bob, { delay: 200 });
    await cut(tab, () => alice.say(conversationId, "first ever"));
    await tab.waitFor("message_received");
    await tab.settle();
    assert.deepEqual(contents(tab), ["first ever"]);
  });

  check("listeners attached a moment after connect hear the replay; acks are not held", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const tab = await reconnecting(bob);
    await alice.say(conversationId, "before");
    await tab.waitFor("message_received");
    await cut(tab, () => alice.say(conversationId, "missed"));
    const late = [];
    const begun = Date.now();
    tab.socket.removeAllListeners("message_received");
    const ack = tab.ask("get_online_users").then(() => Date.now() - begun);
    const live = alice.say(conversationId, "live");
    await sleep(80);
    tab.socket.on("message_received", ({ message }) => late.push([message.content, Date.now() - begun]));
    await live;
    await until(() => late.length === 2, "replay and live message");
    assert.deepEqual(
      late.map(([content]) => content),
      ["missed", "live"],
      "in order",
    );
    assert.ok((await ack) < Math.max(late[0][1], patience(250)), "the ack came before");
  });

  check("a new socket is never held", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const tab = await bob.open();
    const begun = Date.now();
    await alice.say(conversationId, "quick");
    await tab.waitFor("message_received");
    assert.ok(Date.now() - begun < patience(250));
    assert.equal(tab.socket.recovered, false);
  });

  check("messages that the client itself sends while it is away are buffered and stored once", async () => {
    const { bob, alice, conversationId } = await pair(server);
    const tab = await reconnecting(bob);
    await cut(tab, async () => {
      for (let i = 0; i < 3; i += 1) tab.tell("send_message", { conversationId, content: `offline ${i}` });
    });
    await tab.waitFor("message_received", ({ message }) => message.content === "offline 2");
    const stored = await alice.history(conversationId);
    assert.deepEqual(
      stored.map(({ content }) => content),
      ["offline 0", "offline 1", "offline 2"],
    );
  });

  check("presence: coming back inside the linger is not noticed by the other side", async () => {
    const { alice, bob } = await pair(server);
    const view = await alice.open();
    const tab = await reconnecting(bob, { delay: 100 });
    await view.waitFor("user_online", ({ userId }) => userId === bob.id);
    view.forget();
    await cut(tab);
    await tab.settle();
    await view.settle();
    assert.deepEqual(
      view.heard.filter(({ data }) => data?.userId === bob.id),
      [],
    );
  });

  check("signing out ends it: no recovery afterwards", async () => {
    const { bob } = await pair(server);
    const tab = await reconnecting(bob, { delay: 300 });
    tab.socket.io.engine.close();
    await bob.post("/api/auth/logout", undefined, 200);
    const error = await new Promise((resolve) => tab.socket.once("connect_error", resolve));
    assert.equal(error.message, "Token has been revoked");
    assert.equal(tab.socket.active, false, "the refusal is final");
  });
});

describeChatd("recovery with a short window", { set: { "recovery.window": "1s" } }, (server, check) => {
  check("after the window the socket is a new one", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const tab = await reconnecting(bob, { delay: 2600 });
    await alice.say(conversationId, "before");
    await tab.waitFor("message_received");
    const firstId = tab.id;
    await cut(tab, () => alice.say(conversationId, "while away"));
    assert.equal(tab.socket.recovered, false);
    assert.notEqual(tab.id, firstId);
    await alice.say(conversationId, "after");
    await tab.waitFor("message_received", ({ message }) => message.content === "after");
    assert.deepEqual(contents(tab), ["before", "after"]);
    const stored = await bob.history(conversationId);
    assert.deepEqual(
      stored.map(({ content }) => content),
      ["before", "while away", "after"],
    );
  });
});

describeChatd("recovery switched off", { set: { "recovery.enabled": false } }, (server, check) => {
  check("stock clients reconnect as new sockets", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const tab = await reconnecting(bob, { delay: 50 });
    await cut(tab);
    assert.ok(!tab.socket.recovered);
    await alice.say(conversationId, "hello");
    await tab.waitFor("message_received");
  });
});

for (const hard of [false, true]) {
  describeChatd(
    `the server restarts in mid-conversation (${hard ? "kill -9" : "SIGTERM"})`,
    {},
    (server, check) => {
      check("stock clients come back by themselves and the talk goes on", async () => {
        const { alice, bob, conversationId } = await pair(server);
        const [aliceTab, bobTab] = [
          await reconnecting(alice, { delay: 100 }),
          await reconnecting(bob, { delay: 100 }),
        ];
        await aliceTab.do("send_message", { conversationId, content: "before" });
        await bobTab.waitFor("message_received");
        const reasons = Promise.all([aliceTab.ended(), bobTab.ended()]);
        await server.restart({ hard });
        for (const reason of await reasons)
          assert.match(reason, /^transport (close|error)$/, "clients know that they should come back");
        await until(
          () => aliceTab.socket.connected && bobTab.socket.connected,
          "both tabs to be back",
          10_000,
        );
        await bobTab.do("send_message", { conversationId, content: "after" });
        await aliceTab.waitFor("message_received", ({ message }) => message.content === "after");
        const stored = await alice.history(conversationId);
        assert.deepEqual(
          stored.map(({ content, seq }) => [seq, content]),
          [
            [1, "before"],
            [2, "after"],
          ],
        );
        assert.deepEqual(contents(bobTab), ["before", "after"]);
      });
    },
  );
}
