// Engine.IO 4 over HTTP long-polling on the echo at /engine.io/.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PollingSession, engineUrl, parseOpen, separator } from "../support/engineio.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { sleep, slowdown } from "../support/time.mjs";

const concurrency = 4;
const pingInterval = 300;
const pingTimeout = 200;

describe("Engine.IO 4 polling", { concurrency }, () => {
  let server;
  before(async () => (server = await TestServer.start(...patience)));
  after(() => server.stop());

  const handshake = (query, init) => fetch(engineUrl(server.http, query), init);

  async function assertClosed(session) {
    const response = await session.poll();
    assert.equal(response.status, 400);
    assert.equal((await response.json()).code, 1);
  }

  describe("handshake", () => {
    it("gives every session an id of its own that cannot be guessed from the last one", async () => {
      const sessions = await Promise.all(Array.from({ length: 50 }, () => PollingSession.open(server)));
      const ids = new Set(sessions.map(({ sid }) => sid));
      assert.equal(ids.size, 50);
      for (const id of ids) assert.ok(id.length >= 16, id);
    });

    const refused = [
      ["missing EIO", { transport: "polling" }, 5],
      ["EIO=abc", { EIO: "abc", transport: "polling" }, 5],
      ["EIO=2", { EIO: 2, transport: "polling" }, 5],
      ["EIO=5", { EIO: 5, transport: "polling" }, 5],
      ["empty EIO", { EIO: "", transport: "polling" }, 5],
      ["EIO=04", { EIO: "04", transport: "polling" }, 5],
      ["missing transport", { EIO: 4 }, 0],
      ["transport=abc", { EIO: 4, transport: "abc" }, 0],
      ["transport named like a property of objects", { EIO: 4, transport: "constructor" }, 0],
      ["unknown sid", { EIO: 4, transport: "polling", sid: "abc" }, 1],
      ["sid named like a property of objects", { EIO: 4, transport: "polling", sid: "__proto__" }, 1],
    ];
    for (const [name, query, code] of refused)
      it(`refuses ${name} with 400 and code ${code}`, async () => {
        const response = await handshake(query);
        assert.equal(response.status, 400);
        assert.equal((await response.json()).code, code);
      });

    for (const method of ["POST", "PUT"])
      it(`refuses ${method} without sid with 400`, async () => {
        const response = await handshake({ EIO: 4, transport: "polling" }, { method, body: "4hello" });
        assert.equal(response.status, 400);
        assert.equal((await response.json()).code, 2);
      });

    it("refuses transport=websocket without an upgrade with 400", async () => {
      const response = await handshake({ EIO: 4, transport: "websocket" });
      assert.equal(response.status, 400);
    });

    it("refuses POST with an unknown sid with 400 and code 1", async () => {
      const response = await handshake(
        { EIO: 4, transport: "polling", sid: "abc" },
        { method: "POST", body: "4a" },
      );
      assert.equal(response.status, 400);
      assert.equal((await response.json()).code, 1);
    });
  });

  describe("messages", () => {
    it("answers POST with ok and echoes a text message", async () => {
      const session = await PollingSession.open(server);
      const response = await session.post("4hello");
      assert.equal(response.status, 200);
      assert.equal(await response.text(), "ok");
      assert.equal(await session.pollText(), "4hello");
    });

    it("brings several messages of one POST back in one poll, in order", async () => {
      const session = await PollingSession.open(server);
      const payload = ["4test1", "4test2", "4", "4test3"].join(separator);
      assert.equal(await (await session.post(payload)).text(), "ok");
      assert.equal(await session.pollText(), payload);
    });

    it("echoes text and binary mixed", async () => {
      const session = await PollingSession.open(server);
      const payload = ["4hello", "bAQIDBA==", "4world", "bBQ==", "b"].join(separator);
      await session.post(payload);
      assert.deepEqual(await session.packets(), payload.split(separator));
    });

    it("delivers to a poll that was waiting already", async () => {
      const session = await PollingSession.open(server);
      const poll = await session.startPoll();
      await session.post("4late");
      assert.equal((await poll.answer).text, "4late");
    });

    it("keeps messages for the next poll while none is waiting", async () => {
      const session = await PollingSession.open(server);
      for (const text of ["one", "two", "three"]) await session.post(`4${text}`);
      assert.deepEqual(await session.packets(), ["4one", "4two", "4three"]);
    });

    const texts = [
      "çğıöşü ÇĞİÖŞÜ",
      "日本語",
      "🦄🏳️‍🌈",
      "line\nfeed\ttab",
      "\u0000nul",
      "\u2028\u2029",
      "€".repeat(5000),
    ];
    for (const text of texts)
      it(`echoes ${JSON.stringify(text.slice(0, 12))} byte for byte`, async () => {
        const session = await PollingSession.open(server);
        await session.post(`4${text}`);
        assert.deepEqual(await session.packets(), [`4${text}`]);
      });

    it("echoes a text of 999 998 bytes", async () => {
      const session = await PollingSession.open(server);
      const packet = `4${"x".repeat(999_998)}`;
      assert.equal((await session.post(packet)).status, 200);
      assert.deepEqual(await session.packets(), [packet]);
    });

    it("echoes 700 000 bytes of binary", async () => {
      const session = await PollingSession.open(server);
      const packet = `b${Buffer.alloc(700_000, 0xa5).toString("base64")}`;
      assert.equal((await session.post(packet)).status, 200);
      assert.deepEqual(await session.packets(), [packet]);
    });

    it("refuses a body above maxPayload with 413", async () => {
      const session = await PollingSession.open(server);
      const response = await session.post(`4${"x".repeat(1_000_000)}`).catch(() => null);
      if (response) assert.equal(response.status, 413);
    });

    it("takes a POST while a poll is waiting and answers both", async () => {
      const session = await PollingSession.open(server);
      for (let round = 0; round < 20; round++) {
        const [packets, posted] = await Promise.all([session.packets(), session.post(`4${round}`)]);
        assert.equal(await posted.text(), "ok");
        assert.deepEqual(packets, [`4${round}`]);
      }
    });
  });

  describe("broken use", () => {
    const invalid = ["abc", "", "8", "4ok\x1eabc", `4ok${separator}`, "b!!!!", "x4hello"];
    for (const body of invalid)
      it(`closes the session on the body ${JSON.stringify(body)}`, async () => {
        const session = await PollingSession.open(server);
        const response = await session.post(body).catch(() => null);
        if (response) assert.equal(response.status, 400);
        assert.equal((await session.poll()).status, 400);
      });

    it("ends the first of two polls with 200 and 1, refuses the second, closes the session", async () => {
      const session = await PollingSession.open(server);
      const first = await session.startPoll();
      const second = await session.poll();
      assert.deepEqual(await first.answer, { status: 200, text: "1" });
      assert.equal(second.status, 400);
      await assertClosed(session);
    });

    it("closes the session of a poll whose connection the client drops", async () => {
      const session = await PollingSession.open(server);
      const poll = await session.startPoll();
      poll.drop();
      await sleep(30 * slowdown);
      await assertClosed(session);
    });
  });

  describe("closing", () => {
    it("answers the waiting poll with a noop when the client closes", async () => {
      const session = await PollingSession.open(server);
      const poll = await session.startPoll();
      const response = await session.post("1");
      assert.equal(response.status, 200);
      assert.deepEqual(await poll.answer, { status: 200, text: "6" });
      await assertClosed(session);
    });

    it("refuses every request after the close", async () => {
      const session = await PollingSession.open(server);
      await session.post("1");
      await assertClosed(session);
      const response = await session.post("4hello");
      assert.equal(response.status, 400);
      assert.equal((await response.json()).code, 1);
    });
  });
});

// Times are measured from here on, so these tests run one by one, with the usual heartbeat.
describe("Engine.IO 4 polling heartbeat", () => {
  let server;
  before(async () => (server = await TestServer.start()));
  after(() => server.stop());

  it("answers with the open packet and exactly its keys", async () => {
    const response = await fetch(engineUrl(server.http, { EIO: 4, transport: "polling" }));
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type"), /^text\/plain; ?charset=utf-8$/i);
    const payload = await response.text();
    assert.equal(payload[0], "0");
    const { sid, ...rest } = parseOpen(payload);
    assert.equal(typeof sid, "string");
    assert.notEqual(sid, "");
    assert.deepEqual(rest, { upgrades: ["websocket"], pingInterval, pingTimeout, maxPayload: 1000000 });
  });

  it("answers at once, not with the first heartbeat", async () => {
    const start = performance.now();
    await PollingSession.open(server);
    assert.ok(performance.now() - start < 150 * slowdown);
  });

  it("sends 2 every pingInterval as long as 3 comes back", async () => {
    const session = await PollingSession.open(server);
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      assert.equal(await session.pollText(), "2");
      const waited = performance.now() - start;
      assert.ok(waited > pingInterval * 0.6 && waited < (pingInterval + 120) * slowdown, `${waited} ms`);
      assert.equal((await session.post("3")).status, 200);
    }
  });

  it("drops a session that never answers exactly after pingInterval + pingTimeout", async () => {
    const session = await PollingSession.open(server);
    await sleep(pingInterval + pingTimeout);
    assert.equal((await session.poll()).status, 400);
  });

  it("ends a poll that waits beyond the time-out and refuses the next", async () => {
    const session = await PollingSession.open(server);
    const start = performance.now();
    assert.equal(await session.pollText(), "2");
    await (await session.poll().catch(() => null))?.text();
    const waited = performance.now() - start;
    assert.ok(waited < (pingInterval + pingTimeout + 120) * slowdown, `${waited} ms`);
    assert.equal((await session.poll()).status, 400);
  });

  it("keeps a session that has been silent for less", async () => {
    const session = await PollingSession.open(server);
    await sleep(pingInterval + pingTimeout / 4);
    const response = await session.poll();
    assert.equal(response.status, 200);
    assert.equal(await response.text(), "2");
  });

  it("does not take messages for the answer to a ping", async () => {
    const session = await PollingSession.open(server);
    assert.equal(await session.pollText(), "2");
    await session.post("4still here");
    await sleep(pingTimeout + 20);
    assert.equal((await session.poll()).status, 400);
  });
});
