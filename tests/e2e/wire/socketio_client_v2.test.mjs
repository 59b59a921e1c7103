// The stock socket.io-client 2.5 (Engine.IO 3): polling only, WebSocket only, and upgrading.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import io from "socket.io-client-v2";
import { atStop } from "../support/cleanup.mjs";
import { ask, broadcast, connectStock, join, nextEvent, upgraded } from "../support/socketio.mjs";
import { TcpProxy } from "../support/tcp_proxy.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { sleep } from "../support/time.mjs";

const modes = {
  "polling only": ["polling"],
  "WebSocket only": ["websocket"],
  upgrade: ["polling", "websocket"],
};

function client(url, options) {
  const socket = io(url, { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 50, ...options });
  atStop(() => socket.disconnect());
  return socket;
}

async function open(url, options) {
  const socket = client(url, options);
  await nextEvent(socket, "connect");
  return socket;
}

for (const [mode, transports] of Object.entries(modes))
  for (const recovery of [[], ["--recovery"]])
    describe(`socket.io-client 2.5, ${mode} ${recovery}`, { concurrency: 4 }, () => {
      let server;
      before(async () => (server = await TestServer.start(...patience, ...recovery)));
      after(() => server.stop());

      it("is connected to / and hears the auth event", async () => {
        const socket = client(server.http, { transports });
        const heard = nextEvent(socket, "auth");
        await nextEvent(socket, "connect");
        assert.deepEqual(await heard, [{}]);
        assert.equal(typeof socket.id, "string");
        socket.disconnect();
      });

      it("reaches its final transport and works there", async () => {
        const socket = await open(server.http, { transports });
        await upgraded(socket);
        assert.equal(socket.io.engine.transport.name, transports.at(-1));
        assert.equal(await ask(socket, "message-with-ack", "after"), "after");
        socket.disconnect();
      });

      it("gets its arguments back and nothing else", async () => {
        const socket = await open(server.http, { transports });
        const args = ["text ğ🦄", 1, -1.5, true, null, [1, [2]], { a: { b: [] } }];
        const back = nextEvent(socket, "message-back");
        socket.emit("message", ...args);
        assert.deepEqual(await back, args);
        assert.deepEqual(await ask(socket, "message-with-ack", ...args), args);
        socket.disconnect();
      });

      it("gets binary back", async () => {
        const socket = await open(server.http, { transports });
        const data = Buffer.from([0, 1, 2, 254, 255]);
        const args = [data, { nested: [data] }, "text"];
        const back = nextEvent(socket, "message-back");
        socket.emit("message", ...args);
        assert.deepEqual(await back, args);
        assert.deepEqual(await ask(socket, "message-with-ack", ...args), args);
        socket.disconnect();
      });

      it("gets large text and binary back", async () => {
        const socket = await open(server.http, { transports });
        const text = "ş".repeat(300_000);
        assert.equal(await ask(socket, "message-with-ack", text), text);
        const data = Buffer.alloc(600_000, 0xa5);
        assert.deepEqual(await ask(socket, "message-with-ack", data), data);
        socket.disconnect();
      });

      it("sends five hundred events in order, also while it upgrades", async () => {
        const socket = client(server.http, { transports });
        const heard = [];
        socket.on("message-back", (n) => heard.push(n));
        const sent = Array.from({ length: 500 }, (_, n) => n);
        for (const n of sent) {
          socket.emit("message", n);
          if (n % 50 === 0) await sleep(1);
        }
        await ask(socket, "message-with-ack", "settle");
        assert.deepEqual(heard, sent);
        socket.disconnect();
      });

      it("answers questions of the server", async () => {
        const socket = await open(server.http, { transports });
        socket.on("question", (n, answer) => answer(n + 1));
        assert.deepEqual(await ask(socket, "ask", 3000, 41), { ok: true, answer: [42] });
        socket.disconnect();
      });

      it("reaches a namespace", async () => {
        const socket = client(`${server.http}/custom`, { transports });
        const heard = nextEvent(socket, "auth");
        await nextEvent(socket, "connect");
        assert.deepEqual(await heard, [{}]);
        socket.disconnect();
      });

      it("is refused in an unknown namespace with the message as a string", async () => {
        const socket = client(`${server.http}/unknown`, { transports });
        assert.deepEqual(await nextEvent(socket, "error"), ["Invalid namespace"]);
        socket.disconnect();
      });

      it("is refused by a middleware with the message as a string", async () => {
        const socket = client(`${server.http}/auth`, { transports });
        assert.deepEqual(await nextEvent(socket, "error"), ["not authorized"]);
        socket.disconnect();
      });

      it("shares rooms with version 4 clients", async () => {
        const [old, young] = [
          await open(server.http, { transports }),
          await connectStock(server.http, { transports }),
        ];
        const room = `mixed ${mode}`;
        for (const socket of [old, young]) await join(socket, room);
        const heard = [old, young].map((socket) => nextEvent(socket, "news"));
        await broadcast(young, { rooms: [room] }, "news", { n: 1 }, Buffer.from([1]));
        assert.deepEqual(await heard[0], [{ n: 1 }, Buffer.from([1])]);
        assert.deepEqual((await heard[1]).slice(0, 2), [{ n: 1 }, Buffer.from([1])]);
        old.disconnect();
        young.disconnect();
      });

      it("disconnects and connects again", async () => {
        const socket = await open(server.http, { transports });
        const first = socket.id;
        socket.disconnect();
        socket.connect();
        await nextEvent(socket, "connect");
        assert.notEqual(socket.id, first);
        socket.disconnect();
      });

      it("reconnects when its connection is cut", async () => {
        const proxy = await TcpProxy.start(server.port);
        const socket = await open(proxy.http, { transports });
        await upgraded(socket);
        const gone = nextEvent(socket, "disconnect");
        proxy.goOffline();
        await gone;
        const back = nextEvent(socket, "connect");
        proxy.online();
        await back;
        assert.equal(await ask(socket, "message-with-ack", "back"), "back");
        socket.disconnect();
        await proxy.stop();
      });

      it("works thirty times in parallel", async () => {
        const sockets = await Promise.all(
          Array.from({ length: 30 }, () => open(server.http, { transports })),
        );
        const answers = sockets.map((socket, n) => ask(socket, "message-with-ack", n));
        assert.deepEqual(await Promise.all(answers), [...sockets.keys()]);
        for (const socket of sockets) socket.disconnect();
      });
    });

for (const [mode, transports] of Object.entries(modes))
  describe(`heartbeat of socket.io-client 2.5, ${mode}`, () => {
    let server;
    before(async () => (server = await TestServer.start()));
    after(() => server.stop());

    it("is kept up by the client's pings", async () => {
      const socket = await open(server.http, { transports });
      socket.on("disconnect", (reason) => assert.fail(reason));
      await sleep(1100);
      assert.equal(await ask(socket, "message-with-ack", "alive"), "alive");
      socket.off("disconnect");
      socket.disconnect();
    });
  });
