// Connection state recovery as stock clients live it: nothing missed, nothing twice, `recovered` is true.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ask, broadcast, connectStock, connected, join, nextEvent, upgraded } from "../support/socketio.mjs";
import { TcpProxy } from "../support/tcp_proxy.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { eventually, sleep } from "../support/time.mjs";

/** A client whose connection is lost between probe and upgrade notices only when no ping comes. */
const stuckUpgrade = 15_000;

const modes = {
  "polling only": ["polling"],
  "WebSocket only": ["websocket"],
  upgrade: ["polling", "websocket"],
};

for (const [mode, transports] of Object.entries(modes))
  describe(`Socket.IO recovery of socket.io-client 4.8, ${mode}`, { concurrency: 3 }, () => {
    let server;
    let publisher;
    before(async () => {
      server = await TestServer.start("--recovery", ...patience);
      publisher = await connectStock(server.http, { transports: ["websocket"] });
    });
    after(() => server.stop());

    /** A client behind a proxy of its own, in `room`, that notes the news it hears. */
    async function openMember(room) {
      const proxy = await TcpProxy.start(server.port);
      const socket = await connectStock(proxy.http, { transports });
      const heard = [];
      socket.on("news", (n) => heard.push(n));
      await join(socket, room);
      await upgraded(socket);
      return { proxy, socket, heard, room };
    }

    async function close({ socket, proxy }) {
      socket.disconnect();
      await proxy.stop();
    }

    const publish = (room, n) => broadcast(publisher, { rooms: [room] }, "news", n);
    const count = (length) => Array.from({ length }, (_, n) => n);

    it("replays what was sent while the client was away", async () => {
      const member = await openMember(`away ${mode}`);
      const { id } = member.socket;
      await publish(member.room, 0);
      await ask(member.socket, "message-with-ack", "settle");
      const gone = nextEvent(member.socket, "disconnect");
      member.proxy.goOffline();
      await gone;
      for (const n of [1, 2, 3]) await publish(member.room, n);
      member.proxy.online();
      await connected(member.socket);
      assert.equal(member.socket.recovered, true);
      assert.equal(member.socket.id, id);
      await publish(member.room, 4);
      await eventually(() => member.heard.length >= 5, "all news arrive");
      await ask(member.socket, "message-with-ack", "settle");
      assert.deepEqual(member.heard, count(5));
      await close(member);
    });

    it("recovers a client that heard nothing but the greeting", async () => {
      const member = await openMember(`quiet ${mode}`);
      const gone = nextEvent(member.socket, "disconnect");
      member.proxy.goOffline();
      await gone;
      await publish(member.room, 0);
      member.proxy.online();
      await connected(member.socket);
      assert.equal(member.socket.recovered, true);
      await eventually(() => member.heard.length >= 1, "the news arrives");
      assert.deepEqual(member.heard, count(1));
      await close(member);
    });

    it("recovers a client whose old connection still looks alive", async () => {
      const member = await openMember(`ghost ${mode}`);
      for (let round = 0; round < 3; round++) {
        await upgraded(member.socket);
        const gone = nextEvent(member.socket, "disconnect");
        while (member.socket.connected) {
          member.proxy.abandon();
          await sleep(5);
        }
        await gone;
        await publish(member.room, round);
        await connected(member.socket);
        assert.equal(member.socket.recovered, true);
        await eventually(() => member.heard.length > round, "the news arrives");
      }
      await ask(member.socket, "message-with-ack", "settle");
      assert.deepEqual(member.heard, count(3));
      await close(member);
    });

    it("loses and repeats nothing of a stream through cuts and ghosts", async () => {
      const member = await openMember(`stream ${mode}`);
      const connects = [];
      member.socket.on("connect", () => connects.push(member.socket.recovered));
      let sent = 0;
      let streaming = true;
      const stream = (async () => {
        while (streaming) {
          await publish(member.room, sent++);
          await sleep(1);
        }
      })();
      for (let round = 0; round < 8; round++) {
        await sleep(40);
        if (round % 2 === 0) member.proxy.cut();
        else member.proxy.abandon();
      }
      await sleep(100);
      streaming = false;
      await stream;
      await eventually(() => member.heard.length >= sent, "all news arrive", stuckUpgrade);
      await eventually(() => member.socket.connected, "the client is back");
      await ask(member.socket, "message-with-ack", "settle");
      assert.deepEqual(member.heard, count(sent));
      assert.ok(connects.every((recovered) => recovered === true));
      await close(member);
    });

    it("does not recover after a disconnect on purpose", async () => {
      const member = await openMember(`purpose ${mode}`);
      member.socket.disconnect();
      await publish(member.room, 0);
      member.socket.connect();
      await connected(member.socket);
      assert.ok(!member.socket.recovered);
      await publish(member.room, 1);
      await ask(member.socket, "message-with-ack", "settle");
      assert.deepEqual(member.heard, []);
      await close(member);
    });

    it("delivers the events that the client sent while it was away", async () => {
      const member = await openMember(`outbox ${mode}`);
      const gone = nextEvent(member.socket, "disconnect");
      member.proxy.goOffline();
      await gone;
      const answer = ask(member.socket, "message-with-ack", "kept");
      member.proxy.online();
      assert.equal(await answer, "kept");
      await close(member);
    });
  });

describe("without --recovery", () => {
  let server;
  before(async () => (server = await TestServer.start(...patience)));
  after(() => server.stop());

  it("nothing is recovered", async () => {
    const proxy = await TcpProxy.start(server.port);
    const socket = await connectStock(proxy.http, { transports: ["websocket"] });
    const gone = nextEvent(socket, "disconnect");
    proxy.goOffline();
    await gone;
    proxy.online();
    await connected(socket);
    assert.ok(!socket.recovered);
    socket.disconnect();
    await proxy.stop();
  });
});
