// Engine.IO 3, as clients of Socket.IO 1 and 2 speak it, on the echo at /engine.io/.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Peer, PollingSession, engineUrl } from "../support/engineio.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { sleep, slowdown, within } from "../support/time.mjs";

const pingInterval = 300;
const pingTimeout = 200;
const eio = 3;

/** The WebSocket of an upgrade that has not been probed yet. */
async function openProbe(server, session) {
  const query = { ...session.query, transport: "websocket" };
  const peer = new Peer(engineUrl(server.ws, query), { answerPings: false });
  await within(peer.opened, "the WebSocket of the probe opens");
  return peer;
}

describe("Engine.IO 3", { concurrency: 4 }, () => {
  let server;
  before(async () => (server = await TestServer.start(...patience)));
  after(() => server.stop());

  const openPolling = (query = { b64: 1 }) => PollingSession.open(server, { eio, query });
  const bytesOf = async (response) => Buffer.from(await (await response).arrayBuffer());

  async function assertClosed(session) {
    const response = await session.poll();
    assert.equal(response.status, 400);
    assert.equal((await response.json()).code, 1);
  }

  describe("polling handshake", () => {
    const refused = [
      ["missing transport", { EIO: 3 }, 0],
      ["transport=abc", { EIO: 3, transport: "abc" }, 0],
      ["unknown sid", { EIO: 3, transport: "polling", sid: "abc" }, 1],
    ];
    for (const [name, query, code] of refused)
      it(`refuses ${name} with 400 and code ${code}`, async () => {
        const response = await fetch(engineUrl(server.http, query));
        assert.equal(response.status, 400);
        assert.equal((await response.json()).code, code);
      });

    for (const method of ["POST", "PUT"])
      it(`refuses ${method} without sid with 400`, async () => {
        const response = await fetch(engineUrl(server.http, { EIO: 3, transport: "polling" }), { method });
        assert.equal(response.status, 400);
        assert.equal((await response.json()).code, 2);
      });

    it("refuses a sid of the other protocol version", async () => {
      const session = await PollingSession.open(server);
      const response = await fetch(
        engineUrl(server.http, { EIO: 3, transport: "polling", sid: session.sid }),
      );
      assert.equal(response.status, 400);
    });
  });

  describe("polling messages with b64=1", () => {
    it("answers POST with ok and echoes text", async () => {
      const session = await openPolling();
      const response = await session.post("6:4hello");
      assert.equal(response.status, 200);
      assert.equal(await response.text(), "ok");
      assert.equal(await session.pollText(), "6:4hello");
    });

    it("brings several messages of one POST back in one poll, in order", async () => {
      const session = await openPolling();
      await session.post("6:4test16:4test21:46:4test3");
      assert.equal(await session.pollText(), "6:4test16:4test21:46:4test3");
    });

    const texts = [
      ["4€", 2],
      ["4çğış", 5],
      ["4🦄", 3],
      ["4a🏳️‍🌈b", 9],
      ["46:4hello", 9],
    ];
    for (const [packet, length] of texts)
      it(`counts ${JSON.stringify(packet)} as ${length} UTF-16 code units`, async () => {
        const session = await openPolling();
        const payload = `${length}:${packet}`;
        assert.equal((await session.post(payload + "3:4ok")).status, 200);
        assert.equal(await session.pollText(), payload + "3:4ok");
      });

    it("echoes binary as b4 and base64", async () => {
      const session = await openPolling();
      await session.post("6:4hello10:b4AQIDBA==");
      const response = await session.poll();
      assert.match(response.headers.get("content-type"), /^text\/plain; ?charset=utf-8$/i);
      assert.equal(await response.text(), "6:4hello10:b4AQIDBA==");
    });

    it("echoes a text of 900 000 characters", async () => {
      const session = await openPolling();
      const payload = `900001:4${"x".repeat(900_000)}`;
      await session.post(payload);
      assert.equal(await session.pollText(), payload);
    });
  });

  describe("polling messages with binary framing", () => {
    const hello = Buffer.from([0x00, 0x06, 0xff, ...Buffer.from("4hello")]);
    const mixed = Buffer.concat([hello, Buffer.from([0x01, 0x05, 0xff, 4, 1, 2, 3, 4])]);
    const octets = { headers: { "Content-Type": "application/octet-stream" } };

    it("echoes text and binary as application/octet-stream", async () => {
      const session = await openPolling({});
      assert.equal(await (await session.post(mixed, octets)).text(), "ok");
      const response = await session.poll();
      assert.equal(response.headers.get("content-type"), "application/octet-stream");
      assert.deepEqual(await bytesOf(response), mixed);
    });

    it("answers a payload of text only as text", async () => {
      const session = await openPolling({});
      await session.post(hello, octets);
      const response = await session.poll();
      assert.match(response.headers.get("content-type"), /^text\/plain/);
      assert.equal(await response.text(), "6:4hello");
    });

    it("takes base64 of a client that cannot do otherwise", async () => {
      const session = await openPolling({});
      await session.post("10:b4AQIDBA==");
      assert.deepEqual(await bytesOf(session.poll()), Buffer.from([0x01, 0x05, 0xff, 4, 1, 2, 3, 4]));
    });

    it("frames lengths of several digits", async () => {
      const session = await openPolling({});
      const payload = Buffer.concat([Buffer.from([1, 1, 2, 3, 4, 5, 0xff, 4]), Buffer.alloc(12_344, 0xa5)]);
      await session.post(payload, octets);
      assert.deepEqual(await bytesOf(session.poll()), payload);
    });
  });

  describe("broken polling", () => {
    const invalid = [
      "abc",
      "6:abc",
      "5:4hello",
      "7:4hello",
      "-1:4",
      "99999999999:4hello",
      ":4hello",
      "6:xhello",
    ];
    for (const body of invalid)
      it(`closes the session on the body ${JSON.stringify(body)}`, async () => {
        const session = await openPolling();
        const response = await session.post(body).catch(() => null);
        if (response) assert.equal(response.status, 400);
        assert.equal((await session.poll()).status, 400);
      });

    const brokenFrames = [
      [0, 0xff],
      [2, 1, 0xff, 0x34],
      [0, 9, 0xff, 0x34],
      [0, 10, 0xff, 0x34],
      [0, 1, 1, 1],
      [1, 1, 0xff, 9],
    ];
    for (const bytes of brokenFrames)
      it(`closes the session on the binary payload ${bytes}`, async () => {
        const session = await openPolling({});
        const headers = { "Content-Type": "application/octet-stream" };
        const response = await session.post(Buffer.from(bytes), { headers }).catch(() => null);
        if (response) assert.equal(response.status, 400);
        assert.equal((await session.poll()).status, 400);
      });

    it("closes the session upon two polls at once", async () => {
      const session = await openPolling();
      const first = await session.startPoll();
      const second = await session.poll();
      assert.equal(second.status, 400);
      assert.equal((await first.answer).status, 200);
      await assertClosed(session);
    });
  });

  describe("closing over polling", () => {
    it("answers the waiting poll with a noop", async () => {
      const session = await openPolling();
      const poll = await session.startPoll();
      await session.post("1:1");
      assert.equal((await poll.answer).text, "1:6");
      await assertClosed(session);
    });
  });

  describe("WebSocket", () => {
    it("echoes text", async () => {
      const peer = await Peer.open(server, { eio });
      peer.send("4hello 🦄");
      assert.equal(await peer.next(), "4hello 🦄");
      peer.close();
    });

    it("echoes binary behind the type byte 4", async () => {
      const peer = await Peer.open(server, { eio });
      const packet = Buffer.from([4, 1, 2, 3, 4]);
      peer.send(packet);
      assert.deepEqual(await peer.next(), packet);
      peer.close();
    });

    it("echoes binary as b4 and base64 when opened with b64=1", async () => {
      const peer = await Peer.open(server, { eio, query: { b64: 1 } });
      peer.send("b4AQIDBA==");
      assert.equal(await peer.next(), "b4AQIDBA==");
      peer.close();
    });

    for (const packet of ["1", "abc", "", "8", Buffer.from([9, 1]), Buffer.alloc(0)])
      it(`closes on ${typeof packet === "string" ? JSON.stringify(packet) : `<${packet.toString("hex")}>`}`, async () => {
        const peer = await Peer.open(server, { eio });
        peer.send(packet);
        await peer.waitClosed();
      });

    it("answers 2 with 3", async () => {
      const peer = await Peer.open(server, { eio, answerPings: false });
      peer.send("2");
      assert.equal(await peer.next(), "3");
      peer.close();
    });
  });

  describe("upgrade", () => {
    it("closes a second WebSocket while the first keeps working", async () => {
      const session = await openPolling();
      const first = await openProbe(server, session);
      first.send("2probe");
      await first.next();
      first.send("5");
      first.send("4sync");
      await first.next();
      await new Peer(engineUrl(server.ws, { ...session.query, transport: "websocket" })).waitClosed();
      first.send("4alive");
      assert.equal(await first.next(), "4alive");
      first.close();
    });
  });
});

describe("Engine.IO 3 heartbeat", () => {
  let server;
  before(async () => (server = await TestServer.start()));
  after(() => server.stop());

  const limit = pingInterval + pingTimeout;

  it("answers with the length in characters and the open packet", async () => {
    const response = await fetch(engineUrl(server.http, { EIO: 3, transport: "polling" }));
    assert.equal(response.status, 200);
    const [, length, packet] = /^(\d+):(0\{.*\})$/.exec(await response.text());
    assert.equal(packet.length, Number(length));
    const { sid, upgrades, pingInterval: interval, pingTimeout: timeout } = JSON.parse(packet.slice(1));
    assert.equal(typeof sid, "string");
    assert.deepEqual(
      { upgrades, interval, timeout },
      { upgrades: ["websocket"], interval: 300, timeout: 200 },
    );
  });

  it("starts with an open packet without length", async () => {
    const peer = await Peer.open(server, { eio });
    assert.deepEqual(peer.handshake.upgrades, []);
    assert.equal(peer.handshake.pingInterval, 300);
    peer.close();
  });

  it("answers the probe, ends the waiting poll at once and moves the session", async () => {
    const session = await PollingSession.open(server, { eio });
    const poll = await session.startPoll();
    const peer = await openProbe(server, session);
    const start = performance.now();
    peer.send("2probe");
    assert.equal(await peer.next(), "3probe");
    assert.equal((await poll.answer).text, "1:6");
    assert.ok(performance.now() - start < 100 * slowdown);
    peer.send("5");
    peer.send("4hello");
    assert.equal(await peer.next(), "4hello");
    const response = await session.poll();
    assert.equal(response.status, 400);
    peer.close();
  });

  it("answers pings over polling and lives on", async () => {
    const session = await PollingSession.open(server, { eio });
    for (let round = 0; round < 3; round++) {
      await sleep(pingInterval / 2);
      const poll = session.pollText();
      await session.post("1:2");
      assert.equal(await poll, "1:3");
    }
    await sleep(pingInterval);
    await session.post("6:4hello");
    assert.equal(await session.pollText(), "6:4hello");
  });

  it("drops a silent polling session exactly after pingInterval + pingTimeout", async () => {
    const session = await PollingSession.open(server, { eio });
    await sleep(limit);
    assert.equal((await session.poll()).status, 400);
  });

  it("never pings by itself", async () => {
    const peer = await Peer.open(server, { eio, answerPings: false });
    await sleep(pingInterval + 50);
    assert.equal(peer.unread, 0);
    peer.send("2");
    assert.equal(await peer.next(), "3");
    peer.close();
  });

  it("closes a silent WebSocket after pingInterval + pingTimeout", async () => {
    const peer = await Peer.open(server, { eio, answerPings: false });
    const start = performance.now();
    await peer.waitClosed();
    const waited = performance.now() - start;
    assert.ok(waited > limit * 0.8 && waited < (limit + 120) * slowdown, `${waited} ms`);
  });
});
