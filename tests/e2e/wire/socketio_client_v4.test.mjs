// The stock socket.io-client 4.8: polling only, WebSocket only, and upgrading.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Manager } from "socket.io-client";
import { ask, connectStock, connected, nextEvent, stockClient, upgraded } from "../support/socketio.mjs";
import { TcpProxy } from "../support/tcp_proxy.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { sleep } from "../support/time.mjs";

const modes = {
  "polling only": ["polling"],
  "WebSocket only": ["websocket"],
  upgrade: ["polling", "websocket"],
};

for (const [mode, transports] of Object.entries(modes))
  describe(`socket.io-client 4.8, ${mode}`, { concurrency: 4 }, () => {
    let server;
    before(async () => (server = await TestServer.start(...patience)));
    after(() => server.stop());

    const open = (options) => connectStock(server.http, { transports, ...options });

    it("connects, hears the auth event and is not recovered", async () => {
      const socket = stockClient(server.http, { transports, auth: { token: "abc" } });
      const heard = nextEvent(socket, "auth");
      await connected(socket);
      assert.deepEqual(await heard, [{ token: "abc" }]);
      assert.equal(typeof socket.id, "string");
      assert.ok(!socket.recovered);
      socket.disconnect();
    });

    it("reaches its final transport", async () => {
      const socket = await open();
      await upgraded(socket);
      assert.equal(socket.io.engine.transport.name, transports.at(-1));
      assert.equal(await ask(socket, "message-with-ack", "after"), "after");
      socket.disconnect();
    });

    it("gets its arguments back", async () => {
      const socket = await open();
      const args = ["text ğ🦄", 1, -1.5, true, null, [1, [2]], { a: { b: [] } }];
      const back = nextEvent(socket, "message-back");
      socket.emit("message", ...args);
      assert.deepEqual(await back, args);
      assert.deepEqual(await ask(socket, "message-with-ack", ...args), args);
      socket.disconnect();
    });

    it("gets binary back in every form", async () => {
      const socket = await open();
      const data = Buffer.from([0, 1, 2, 254, 255]);
      const args = [data, { nested: [data, { deep: data }] }, "text", Buffer.alloc(0)];
      const back = nextEvent(socket, "message-back");
      socket.emit("message", ...args);
      assert.deepEqual(await back, args);
      assert.deepEqual(await ask(socket, "message-with-ack", ...args), args);
      assert.deepEqual(await ask(socket, "message-with-ack", new Uint8Array([9, 8])), Buffer.from([9, 8]));
      socket.disconnect();
    });

    it("gets large text and binary back", async () => {
      const socket = await open();
      const text = "ş".repeat(300_000);
      assert.equal(await ask(socket, "message-with-ack", text), text);
      const data = Buffer.alloc(700_000, 0xa5);
      assert.deepEqual(await ask(socket, "message-with-ack", data), data);
      socket.disconnect();
    });

    it("is cut off for a message above maxPayload, and comes back", async () => {
      const socket = await open();
      if (mode === "upgrade") await ask(socket, "message-with-ack", 1);
      const gone = nextEvent(socket, "disconnect");
      socket.emit("message", "x".repeat(1_100_000));
      await gone;
      await connected(socket);
      assert.equal(await ask(socket, "message-with-ack", "back"), "back");
      socket.disconnect();
    });

    it("sends a thousand events in order, also while it upgrades", async () => {
      const socket = stockClient(server.http, { transports });
      const heard = [];
      socket.on("message-back", (n) => heard.push(n));
      const sent = Array.from({ length: 1000 }, (_, n) => n);
      for (const n of sent) {
        socket.emit("message", n);
        if (n % 50 === 0) await sleep(1);
      }
      await ask(socket, "message-with-ack", "settle");
      assert.deepEqual(heard, sent);
      socket.disconnect();
    });

    it("acknowledges with its own time-out", async () => {
      const socket = await open();
      assert.deepEqual(await socket.timeout(5000).emitWithAck("message-with-ack", "in time"), "in time");
      await assert.rejects(socket.timeout(30).emitWithAck("no such event"));
      assert.equal(await ask(socket, "message-with-ack", "alive"), "alive");
      socket.disconnect();
    });

    it("shares one connection among namespaces", async () => {
      const manager = new Manager(server.http, { transports, reconnection: false });
      const main = manager.socket("/");
      const custom = manager.socket("/custom", { auth: { token: "custom" } });
      const heard = nextEvent(custom, "auth");
      await Promise.all([connected(main), connected(custom)]);
      assert.deepEqual(await heard, [{ token: "custom" }]);
      assert.notEqual(main.id, custom.id);
      custom.disconnect();
      assert.equal(await ask(main, "message-with-ack", "main"), "main");
      main.disconnect();
    });

    it("is refused in an unknown namespace and stays in the others", async () => {
      const manager = new Manager(server.http, { transports, reconnection: false });
      const main = manager.socket("/");
      const unknown = manager.socket("/unknown");
      const refusal = await connected(unknown).catch((error) => error);
      assert.equal(refusal.message, "Invalid namespace");
      await connected(main);
      assert.equal(await ask(main, "message-with-ack", "main"), "main");
      main.disconnect();
      unknown.disconnect();
    });

    it("disconnects and connects again with another id", async () => {
      const socket = await open();
      const first = socket.id;
      const reason = nextEvent(socket, "disconnect");
      socket.disconnect();
      assert.equal((await reason)[0], "io client disconnect");
      socket.connect();
      await connected(socket);
      assert.notEqual(socket.id, first);
      socket.disconnect();
    });

    it("reconnects when its connection is cut", async () => {
      const proxy = await TcpProxy.start(server.port);
      const socket = await connectStock(proxy.http, { transports });
      for (let round = 0; round < 3; round++) {
        await upgraded(socket);
        const gone = nextEvent(socket, "disconnect");
        proxy.goOffline();
        await gone;
        proxy.online();
        await connected(socket);
        assert.equal(await ask(socket, "message-with-ack", round), round);
      }
      assert.ok(!socket.recovered);
      socket.disconnect();
      await proxy.stop();
    });

    it("works a hundred times in parallel", async () => {
      const sockets = await Promise.all(Array.from({ length: 100 }, () => open()));
      assert.equal(new Set(sockets.map(({ id }) => id)).size, 100);
      const answers = sockets.map((socket, n) => ask(socket, "message-with-ack", n));
      assert.deepEqual(await Promise.all(answers), [...sockets.keys()]);
      for (const socket of sockets) socket.disconnect();
    });
  });

for (const [mode, transports] of Object.entries(modes))
  describe(`heartbeat of socket.io-client 4.8, ${mode}`, () => {
    let server;
    before(async () => (server = await TestServer.start()));
    after(() => server.stop());

    it("outlives several heartbeats", async () => {
      const socket = await connectStock(server.http, { transports });
      socket.on("disconnect", (reason) => assert.fail(reason));
      await sleep(1100);
      assert.equal(await ask(socket, "message-with-ack", "alive"), "alive");
      socket.off("disconnect");
      socket.disconnect();
    });

    it("notices a connection that fell silent", async () => {
      const proxy = await TcpProxy.start(server.port);
      const socket = await connectStock(proxy.http, { transports, reconnection: false });
      const gone = nextEvent(socket, "disconnect");
      proxy.freeze();
      assert.ok(["ping timeout", "transport close", "transport error"].includes((await gone)[0]));
      socket.disconnect();
      await proxy.stop();
    });
  });
