// Clients that stop in the middle: nobody else waits for them, and they do not stay for ever.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PollingSession } from "../support/engineio.mjs";
import { RawHttp } from "../support/raw_http.mjs";
import { handshakeRequest } from "../support/raw_websocket.mjs";
import { TestServer } from "../support/test_server.mjs";
import { sleep, slowdown } from "../support/time.mjs";

const handshake = "/engine.io/?EIO=4&transport=polling";
const headerLimit = 10_000;
const bodyLimit = 30_000;

describe("slow clients", { concurrency: 10 }, () => {
  let server;
  before(async () => (server = await TestServer.start()));
  after(() => server.stop());

  /** How long the server keeps a connection on which nothing follows these bytes. */
  async function patienceFor(bytes) {
    const raw = await RawHttp.connect(server);
    const start = performance.now();
    raw.write(bytes);
    await raw.waitEnded(bodyLimit + 10_000);
    return performance.now() - start;
  }

  const stalled = {
    "half a request line": "GET /engine.io/",
    "half a header": `GET ${handshake} HTTP/1.1\r\nHost: a\r\nX-Slow: `,
    "half a WebSocket handshake": (host) => handshakeRequest({ host }).slice(0, -10),
  };
  for (const [name, bytes] of Object.entries(stalled))
    it(`that stop in ${name} are cut after ${headerLimit} ms`, async () => {
      const waited = await patienceFor(typeof bytes === "function" ? bytes(server.host) : bytes);
      assert.ok(waited > headerLimit * 0.7 && waited < headerLimit + 3000 * slowdown, `${waited} ms`);
    });

  it("that feed headers drop by drop are cut all the same", async () => {
    const raw = await RawHttp.connect(server);
    raw.write(`GET ${handshake} HTTP/1.1\r\nHost: a\r\n`);
    const start = performance.now();
    while (!raw.finished && performance.now() - start < headerLimit + 4000 * slowdown) {
      raw.write("X: y\r\n");
      await sleep(500);
    }
    assert.ok(raw.finished, "the connection is cut");
    raw.close();
  });

  it(`that stop in a body are cut after ${bodyLimit} ms at the latest`, async () => {
    const session = await PollingSession.open(server);
    const target = session.url.slice(server.http.length);
    const waited = await patienceFor(
      `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n4half`,
    );
    assert.ok(waited < bodyLimit + 3000 * slowdown, `${waited} ms`);
  });

  it("hold nobody else up", async () => {
    const idle = await Promise.all(Array.from({ length: 200 }, () => RawHttp.connect(server)));
    idle.forEach((raw, n) => raw.write(`GET ${handshake} HTTP/1.1\r\nX-${n}: `));
    for (let n = 0; n < 20; n++) {
      const start = performance.now();
      const session = await PollingSession.open(server);
      await session.post("4hello");
      assert.equal(await session.pollText(), "4hello");
      assert.ok(performance.now() - start < 500 * slowdown);
    }
    for (const raw of idle) raw.close();
  });

  it("that finish within the limit are served", async () => {
    const raw = await RawHttp.connect(server);
    const request = `GET ${handshake} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`;
    for (let at = 0; at < request.length; at += 10) {
      raw.write(request.slice(at, at + 10));
      await sleep(100);
    }
    assert.equal((await raw.response()).status, 200);
    raw.close();
  });
});
