// Engine.IO 4 over WebSocket and the upgrade from polling, on the echo at /engine.io/.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Peer, PollingSession, engineUrl, upgrade } from "../support/engineio.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { sleep, slowdown, within } from "../support/time.mjs";

const pingInterval = 300;
const pingTimeout = 200;

/** The WebSocket of an upgrade that has not been probed yet. */
async function openProbe(server, session) {
  const peer = new Peer(engineUrl(server.ws, { ...session.query, transport: "websocket" }));
  await within(peer.opened, "the WebSocket of the probe opens");
  return peer;
}

describe("Engine.IO 4 WebSocket", { concurrency: 4 }, () => {
  let server;
  before(async () => (server = await TestServer.start(...patience)));
  after(() => server.stop());

  describe("handshake", () => {
    const refused = [
      ["missing EIO", { transport: "websocket" }],
      ["EIO=abc", { EIO: "abc", transport: "websocket" }],
      ["EIO=2", { EIO: 2, transport: "websocket" }],
      ["missing transport", { EIO: 4 }],
      ["transport=abc", { EIO: 4, transport: "abc" }],
      ["unknown sid", { EIO: 4, transport: "websocket", sid: "abc" }],
    ];
    for (const [name, query] of refused)
      it(`is refused without upgrade for ${name}`, async () => {
        assert.equal(await new Peer(engineUrl(server.ws, query)).refusal(), 400);
      });
  });

  it("does not upgrade a polling request", async () => {
    const status = await new Peer(engineUrl(server.ws, { EIO: 4, transport: "polling" })).refusal();
    assert.ok(status === 200 || status === 400, String(status));
  });

  describe("messages", () => {
    let peer;
    before(async () => (peer = await Peer.open(server)));
    after(() => peer.close());

    const texts = ["hello", "", "çğıöşü ÇĞİÖŞÜ", "🦄日本語", "\u0000", "\x1e", "x".repeat(999_998)];
    for (const text of texts)
      it(`echoes text of ${text.length} characters: ${JSON.stringify(text.slice(0, 10))}`, async () => {
        const own = await Peer.open(server);
        own.send(`4${text}`);
        assert.equal(await own.next(), `4${text}`);
        own.close();
      });

    for (const size of [0, 1, 4, 125, 126, 65_535, 65_536, 1_000_000])
      it(`echoes ${size} bytes of binary without a type byte`, async () => {
        const own = await Peer.open(server);
        const data = Buffer.alloc(size, 0xa5);
        own.send(data);
        assert.deepEqual(await own.next(), data);
        own.close();
      });

    it("keeps the order of a thousand messages", async () => {
      for (let n = 0; n < 1000; n++) peer.send(n % 3 === 0 ? Buffer.from(String(n)) : `4${n}`);
      for (let n = 0; n < 1000; n++) {
        const message = await peer.next();
        if (n % 3 === 0) assert.equal(message.toString(), String(n));
        else assert.equal(message, `4${n}`);
      }
    });
  });

  describe("closing", () => {
    it("closes on packet 1", async () => {
      const peer = await Peer.open(server);
      peer.send("1");
      await peer.waitClosed();
    });

    for (const packet of ["abc", "", "8", "9", "x4hello", " 4hello"])
      it(`closes on the invalid packet ${JSON.stringify(packet)}`, async () => {
        const peer = await Peer.open(server);
        peer.send(packet);
        await peer.waitClosed();
      });

    it("forgets the session when the client closes", async () => {
      const peer = await Peer.open(server);
      peer.socket.close(1000);
      await peer.waitClosed();
      await sleep(20 * slowdown);
      const query = { EIO: 4, transport: "polling", sid: peer.sid };
      const response = await fetch(engineUrl(server.http, query));
      assert.equal(response.status, 400);
      assert.equal((await response.json()).code, 1);
    });

    it("forgets the session when the connection is reset", async () => {
      const peer = await Peer.open(server);
      peer.socket._socket.resetAndDestroy();
      await sleep(30 * slowdown);
      const query = { EIO: 4, transport: "polling", sid: peer.sid };
      assert.equal((await (await fetch(engineUrl(server.http, query))).json()).code, 1);
    });
  });

  describe("polling with the sid of a WebSocket session", () => {
    it("is a bad request and leaves the session alone", async () => {
      const peer = await Peer.open(server);
      const query = { EIO: 4, transport: "polling", sid: peer.sid };
      for (const init of [{}, { method: "POST", body: "4x" }]) {
        const response = await fetch(engineUrl(server.http, query), init);
        assert.equal(response.status, 400);
        assert.equal((await response.json()).code, 3);
      }
      peer.send("4alive");
      assert.equal(await peer.next(), "4alive");
      peer.close();
    });
  });

  describe("upgrade", () => {
    it("answers the probe and moves the session", async () => {
      const session = await PollingSession.open(server);
      const peer = await upgrade(server, session);
      peer.send("4hello");
      assert.equal(await peer.next(), "4hello");
      peer.send(Buffer.from([1, 2, 3]));
      assert.deepEqual(await peer.next(), Buffer.from([1, 2, 3]));
      peer.close();
    });

    it("refuses HTTP with that sid from then on", async () => {
      const session = await PollingSession.open(server);
      const peer = await upgrade(server, session);
      peer.send("4sync");
      await peer.next();
      for (const response of [await session.poll(), await session.post("4hello")]) {
        assert.equal(response.status, 400);
        assert.equal((await response.json()).code, 3);
      }
      peer.send("4alive");
      assert.equal(await peer.next(), "4alive");
      peer.close();
    });

    it("delivers every message once and in order across the upgrade", async () => {
      const session = await PollingSession.open(server);
      const peer = await openProbe(server, session);
      const received = [];
      await session.post("41\x1e42");
      peer.send("2probe");
      assert.equal(await peer.next(), "3probe");
      await session.post("43");
      received.push(...(await session.pollText()).split("\x1e").filter((packet) => packet !== "6"));
      await session.post("44");
      peer.send("5");
      peer.send("45");
      while (received.length < 5) received.push(await peer.next());
      assert.deepEqual(received, ["41", "42", "43", "44", "45"]);
      peer.close();
    });

    it("closes a second WebSocket with that sid while the first keeps working", async () => {
      const session = await PollingSession.open(server);
      const first = await upgrade(server, session);
      first.send("4sync");
      await first.next();
      const second = new Peer(engineUrl(server.ws, { ...session.query, transport: "websocket" }));
      await second.waitClosed();
      first.send("4alive");
      assert.equal(await first.next(), "4alive");
      first.close();
    });

    it("closes a second WebSocket with the sid of a WebSocket session", async () => {
      const first = await Peer.open(server);
      const query = { EIO: 4, transport: "websocket", sid: first.sid };
      await new Peer(engineUrl(server.ws, query)).waitClosed();
      first.send("4alive");
      assert.equal(await first.next(), "4alive");
      first.close();
    });

    it("leaves polling usable when the probe is never completed", async () => {
      const session = await PollingSession.open(server);
      const peer = await openProbe(server, session);
      peer.send("2probe");
      assert.equal(await peer.next(), "3probe");
      peer.close();
      await sleep(30 * slowdown);
      await session.post("4hello");
      let packets = [];
      while (!packets.includes("4hello")) packets = await session.packets();
    });

    it("closes a WebSocket whose first packet is not the probe", async () => {
      const session = await PollingSession.open(server);
      const peer = await openProbe(server, session);
      peer.send("4hello");
      await peer.waitClosed();
      await session.post("4still polling");
      assert.deepEqual(await session.packets(), ["4still polling"]);
    });
  });
});

describe("Engine.IO 4 WebSocket heartbeat", () => {
  let server;
  before(async () => (server = await TestServer.start()));
  after(() => server.stop());

  it("starts with an open packet that offers no upgrade", async () => {
    const peer = await Peer.open(server);
    const { sid, ...rest } = peer.handshake;
    assert.equal(typeof sid, "string");
    assert.deepEqual(rest, { upgrades: [], pingInterval, pingTimeout, maxPayload: 1000000 });
    peer.close();
  });

  it("sends 2 every pingInterval as long as 3 comes back", async () => {
    const peer = await Peer.open(server, { answerPings: false });
    let last = performance.now();
    for (let round = 0; round < 3; round++) {
      assert.equal(await peer.next(), "2");
      const waited = performance.now() - last;
      last = performance.now();
      assert.ok(waited > pingInterval * 0.6 && waited < (pingInterval + 120) * slowdown, `${waited} ms`);
      peer.send("3");
    }
    peer.close();
  });

  it("closes a silent WebSocket after pingInterval + pingTimeout", async () => {
    const peer = await Peer.open(server, { answerPings: false });
    const start = performance.now();
    await peer.waitClosed();
    const waited = performance.now() - start;
    const limit = pingInterval + pingTimeout;
    assert.ok(waited > limit * 0.8 && waited < (limit + 120) * slowdown, `${waited} ms`);
    const query = { EIO: 4, transport: "polling", sid: peer.sid };
    assert.equal((await fetch(engineUrl(server.http, query))).status, 400);
  });

  it("closes an upgraded WebSocket that falls silent", async () => {
    const session = await PollingSession.open(server);
    const peer = await upgrade(server, session);
    peer.socket.removeAllListeners("message");
    const start = performance.now();
    await peer.waitClosed();
    assert.ok(performance.now() - start < (pingInterval + pingTimeout + 120) * slowdown);
  });

  it("ends a waiting poll with a noop at once", async () => {
    const session = await PollingSession.open(server);
    const poll = await session.startPoll();
    const peer = await openProbe(server, session);
    const start = performance.now();
    peer.send("2probe");
    assert.equal(await peer.next(), "3probe");
    assert.equal((await poll.answer).text, "6");
    assert.ok(performance.now() - start < 100 * slowdown);
    peer.send("5");
    peer.send("4hello");
    assert.equal(await peer.next(), "4hello");
    peer.close();
  });

  it("ends a poll with a noop that comes between probe and upgrade", async () => {
    const session = await PollingSession.open(server);
    const peer = await openProbe(server, session);
    peer.send("2probe");
    assert.equal(await peer.next(), "3probe");
    const start = performance.now();
    assert.equal(await session.pollText(), "6");
    assert.ok(performance.now() - start < 150 * slowdown);
    peer.send("5");
    peer.send("4hello");
    assert.equal(await peer.next(), "4hello");
    peer.close();
  });

  it("keeps a session alive through a slow probe", async () => {
    const session = await PollingSession.open(server);
    const peer = await openProbe(server, session);
    for (let round = 0; round < 2; round++) {
      assert.equal(await session.pollText(), "2");
      await session.post("3");
    }
    peer.send("2probe");
    assert.equal(await peer.next(), "3probe");
    peer.send("5");
    peer.send("4hello");
    assert.equal(await peer.next(), "4hello");
    peer.close();
  });
});
