// HTTP/1.1 as it may come: pipelined, chunked, HEAD, 1.0, odd targets, and everything that must be refused.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { PollingSession } from "../support/engineio.mjs";
import { RawHttp, rawRequest } from "../support/raw_http.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { sleep } from "../support/time.mjs";

const handshake = "/engine.io/?EIO=4&transport=polling";
const refusedOrCut = (response) =>
  assert.ok(response === null || response.status >= 400, `status ${response?.status}`);

describe("HTTP requests", { concurrency: 4 }, () => {
  let server;
  before(async () => (server = await TestServer.start(...patience)));
  after(() => server.stop());
  afterEach(async () =>
    assert.equal((await fetch(server.http + handshake)).status, 200, "the server lives on"),
  );

  const host = () => `Host: ${server.host}\r\n`;
  const get = (target, headers = "") => `GET ${target} HTTP/1.1\r\n${host()}${headers}\r\n`;
  const targetOf = (session) => session.url.slice(server.http.length);

  function post(target, body, headers = `Content-Length: ${Buffer.byteLength(body)}\r\n`) {
    return `POST ${target} HTTP/1.1\r\n${host()}Content-Type: text/plain;charset=UTF-8\r\n${headers}\r\n${body}`;
  }

  describe("pipelined", () => {
    it("handshakes are answered in order on one connection", async () => {
      const raw = await RawHttp.connect(server);
      raw.write(get(handshake) + get("/engine.io/?EIO=9") + get(handshake));
      const statuses = [];
      for (let n = 0; n < 3; n++) statuses.push((await raw.response())?.status);
      assert.deepEqual(statuses, [200, 400, 200]);
      raw.close();
    });

    it("POST and poll are answered in order", async () => {
      const session = await PollingSession.open(server);
      const target = targetOf(session);
      const raw = await RawHttp.connect(server);
      raw.write(post(target, "4one") + post(target, "4two") + get(target));
      assert.equal((await raw.response()).body.toString(), "ok");
      assert.equal((await raw.response()).body.toString(), "ok");
      assert.equal((await raw.response()).body.toString(), "4one\x1e4two");
      raw.close();
    });

    it("a hundred requests are answered", async () => {
      const raw = await RawHttp.connect(server);
      raw.write(get(handshake).repeat(100));
      for (let n = 0; n < 100; n++) assert.equal((await raw.response()).status, 200);
      raw.close();
    });

    it("requests behind a waiting poll wait for it", async () => {
      const session = await PollingSession.open(server);
      const raw = await RawHttp.connect(server);
      raw.write(get(targetOf(session)) + get("/engine.io/?EIO=9"));
      await sleep(30);
      await session.post("4hello");
      assert.equal((await raw.response()).body.toString(), "4hello");
      assert.equal((await raw.response()).status, 400);
      raw.close();
    });
  });

  describe("connections", () => {
    it("are kept by default in HTTP/1.1", async () => {
      const raw = await RawHttp.connect(server);
      for (let n = 0; n < 5; n++) {
        const response = await raw.write(get(handshake)).response();
        assert.equal(response.status, 200);
        assert.equal(response.version, "HTTP/1.1");
      }
      raw.close();
    });

    it("end after Connection: close", async () => {
      const raw = await RawHttp.connect(server);
      const response = await raw.write(get(handshake, "Connection: close\r\n")).response();
      assert.equal(response.status, 200);
      assert.equal(response.headers.connection?.toLowerCase(), "close");
      await raw.waitEnded();
    });

    it("end after an HTTP/1.0 request", async () => {
      const raw = await RawHttp.connect(server);
      const response = await raw.write(`GET ${handshake} HTTP/1.0\r\n\r\n`).response();
      assert.equal(response.status, 200);
      assert.equal(response.headers["transfer-encoding"], undefined);
      await raw.waitEnded();
    });

    it("answer a client that has closed its sending side", async () => {
      const raw = await RawHttp.connect(server, { allowHalfOpen: true });
      raw.socket.end(get(handshake));
      const response = await raw.response();
      assert.ok(response === null || response.status === 200);
      await raw.waitEnded();
    });

    it("may come and go by the hundred without a word", async () => {
      for (let round = 0; round < 4; round++) {
        const all = await Promise.all(Array.from({ length: 50 }, () => RawHttp.connect(server)));
        all.forEach((raw, n) => (n % 2 ? raw.close() : raw.socket.resetAndDestroy()));
      }
    });

    it("may be cut anywhere in a request", async () => {
      const session = await PollingSession.open(server);
      const bytes = post(targetOf(session), "4hello");
      for (let length = 1; length < bytes.length; length += 7) {
        const raw = await RawHttp.connect(server);
        raw.socket.end(bytes.slice(0, length));
        await raw.waitEnded();
      }
    });

    it("may be reset while the answer is on its way", async () => {
      for (let n = 0; n < 20; n++) {
        const raw = await RawHttp.connect(server);
        raw.write(get(handshake).repeat(20));
        await sleep(n % 3);
        raw.socket.resetAndDestroy();
      }
    });
  });

  describe("HEAD", () => {
    it("is refused without a body, and the connection goes on", async () => {
      const raw = await RawHttp.connect(server);
      raw.write(`HEAD ${handshake} HTTP/1.1\r\n${host()}\r\n`);
      const response = await raw.response({ head: true });
      assert.ok(response.status >= 400, String(response.status));
      if (response.headers.connection?.toLowerCase() === "close") return;
      assert.equal((await raw.write(get(handshake)).response()).status, 200);
      raw.close();
    });
  });

  describe("bodies", () => {
    const chunked = "Transfer-Encoding: chunked\r\n";

    it("may be chunked", async () => {
      const session = await PollingSession.open(server);
      const body = "2\r\n4h\r\n4;extension=1\r\nello\r\n0\r\n\r\n";
      const response = await rawRequest(server, post(targetOf(session), body, chunked));
      assert.equal(response.body.toString(), "ok");
      assert.deepEqual(await session.packets(), ["4hello"]);
    });

    it("may be chunked with trailers and in capitals", async () => {
      const session = await PollingSession.open(server);
      const body = "0006\r\n4hello\r\n0\r\nX-Trailer: 1\r\n\r\n";
      const response = await rawRequest(
        server,
        post(targetOf(session), body, "transfer-encoding: Chunked\r\n"),
      );
      assert.equal(response.status, 200);
      assert.deepEqual(await session.packets(), ["4hello"]);
    });

    it("may wait for 100 Continue", async () => {
      const session = await PollingSession.open(server);
      const raw = await RawHttp.connect(server);
      raw.write(post(targetOf(session), "", "Content-Length: 6\r\nExpect: 100-continue\r\n"));
      assert.equal((await raw.response()).status, 100);
      raw.write("4hello");
      assert.equal((await raw.response()).body.toString(), "ok");
      assert.deepEqual(await session.packets(), ["4hello"]);
      raw.close();
    });

    it("may come byte by byte", async () => {
      const session = await PollingSession.open(server);
      const raw = await RawHttp.connect(server, { noDelay: true });
      for (const byte of Buffer.from(post(targetOf(session), "4ğ🦄"))) {
        raw.write(Buffer.from([byte]));
        await new Promise(setImmediate);
      }
      assert.equal((await raw.response()).body.toString(), "ok");
      assert.deepEqual(await session.packets(), ["4ğ🦄"]);
      raw.close();
    });

    it("of a GET are read over", async () => {
      const raw = await RawHttp.connect(server);
      raw.write(get(handshake, "Content-Length: 5\r\n") + "hello" + get(handshake));
      assert.equal((await raw.response()).status, 200);
      const next = await raw.response();
      assert.ok(next === null || next.status === 200);
      raw.close();
    });

    it("that are not UTF-8 are refused or repaired, never passed on", async () => {
      const session = await PollingSession.open(server);
      const body = Buffer.from([0x34, 0x61, 0xff, 0xc0, 0x80]);
      const response = await session
        .post(body, { headers: { "Content-Type": "text/plain;charset=UTF-8" } })
        .catch(() => null);
      const poll = await session.poll();
      if (response?.status === 200 && poll.status === 200) {
        const bytes = Buffer.from(await poll.arrayBuffer());
        assert.doesNotThrow(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes));
      } else assert.equal(poll.status, 400);
    });

    const broken = {
      "a chunk size that is no number": ["zz\r\n4hello\r\n0\r\n\r\n", chunked],
      "a negative chunk size": ["-6\r\n4hello\r\n0\r\n\r\n", chunked],
      "a chunk longer than it says": ["3\r\n4hello\r\n0\r\n\r\n", chunked],
      "a chunk size that overflows": ["ffffffffffffffffff\r\n4hello\r\n0\r\n\r\n", chunked],
      "chunked and a length": ["6\r\n4hello\r\n0\r\n\r\n", `${chunked}Content-Length: 6\r\n`],
      "two different lengths": ["4hello", "Content-Length: 6\r\nContent-Length: 5\r\n"],
      "a negative length": ["4hello", "Content-Length: -1\r\n"],
      "a length that is no number": ["4hello", "Content-Length: six\r\n"],
      "a length with a sign": ["4hello", "Content-Length: +6\r\n"],
      "a length that overflows": ["4hello", "Content-Length: 99999999999999999999\r\n"],
      "an unknown transfer coding": ["4hello", "Transfer-Encoding: gzip\r\n"],
      "chunked not last": ["4hello", "Transfer-Encoding: chunked, gzip\r\n"],
    };
    for (const [name, [body, headers]] of Object.entries(broken))
      it(`with ${name} are refused`, async () => {
        const session = await PollingSession.open(server);
        refusedOrCut(await rawRequest(server, post(targetOf(session), body, headers)));
      });

    it("announced above every limit are refused with 413 before they come", async () => {
      const session = await PollingSession.open(server);
      const response = await rawRequest(server, post(targetOf(session), "4", "Content-Length: 2000000\r\n"));
      assert.equal(response?.status, 413);
    });

    it("that grow above maxPayload by chunks are refused", async () => {
      const session = await PollingSession.open(server);
      const raw = await RawHttp.connect(server);
      raw.write(post(targetOf(session), "", chunked));
      const chunk = `186a0\r\n${"x".repeat(100_000)}\r\n`;
      for (let n = 0; n < 11; n++) raw.write(chunk);
      const response = await raw.response();
      assert.ok(response === null || response.status === 413, String(response?.status));
      raw.close();
    });
  });

  describe("targets", () => {
    for (const target of ["/engine.io/?EIO=%34&transport=polling", "/engine.io/?EIO=4&transport=%70ol%6cing"])
      it(`${target} is decoded`, async () =>
        assert.equal((await rawRequest(server, get(target))).status, 200));

    it("extra parameters are ignored", async () => {
      const target = `${handshake}&t=Pabc12&&=&x&y=&EIOx=3&${encodeURIComponent("ğ=&")}=1`;
      assert.equal((await rawRequest(server, get(target))).status, 200);
    });

    const refused = [
      "/engine.io/",
      "/engine.io/?",
      "/engine.io/?eio=4&TRANSPORT=polling",
      "/engine.io/?EIO=4&transport=polling&sid=%00",
      "/engine.io/?EIO=4&transport=polling&sid=%zz",
      "/engine.io/?EIO=4&transport=polling&sid=%",
      "/engine.io/?EIO=4&transport=polling&sid=%ff%fe",
      `/engine.io/?EIO=4&transport=polling&sid=${"x".repeat(4000)}`,
      "/engine.io/?EIO=%zz&transport=polling",
      "/engine.io/?EIO=4&transport=polling%00",
      "/engine.io/?EIO[]=4&transport=polling",
      "/engine.io/../etc/passwd?EIO=4&transport=polling",
      "/engine.io/%2e%2e/%2e%2e/etc/passwd?EIO=4&transport=polling",
      "/",
      "/nowhere",
      "//engine.io/?EIO=4&transport=polling",
    ];
    for (const target of refused)
      it(`${target.slice(0, 70)} is refused`, async () => {
        const response = await rawRequest(server, get(target));
        assert.ok([400, 404].includes(response?.status), String(response?.status));
      });
  });

  describe("broken requests are refused", () => {
    const cases = {
      "a TLS hello": Buffer.from("16030100c8010000c40303", "hex"),
      "bytes of every kind": Buffer.from([...Array(256).keys()].concat([13, 10, 13, 10])),
      "NUL bytes": Buffer.alloc(1000),
      "an empty method": " / HTTP/1.1\r\n\r\n",
      "no version": "GET /engine.io/\r\n\r\n",
      "HTTP/9.9": "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
      "HTTP/2 preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "a header without colon": "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n",
      "a header with NUL": "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
      "a space before the colon": "GET / HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n",
      "an unknown method": "FOO /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n",
      TRACE: "TRACE /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n",
      CONNECT: "CONNECT example.com:443 HTTP/1.1\r\nHost: a\r\n\r\n",
      "no Host": `GET ${handshake} HTTP/1.1\r\n\r\n`,
    };
    for (const [name, bytes] of Object.entries(cases))
      it(name, async () => {
        const raw = await RawHttp.connect(server, { allowHalfOpen: true });
        raw.socket.end(bytes);
        refusedOrCut(await raw.response());
        raw.close();
      });

    const large = {
      "a header of 64 KiB": `X-Large: ${"x".repeat(65_536)}\r\n`,
      "ten thousand headers": Array.from({ length: 10_000 }, (_, n) => `X-${n}: ${n}\r\n`).join(""),
      "a header name of 64 KiB": `${"X".repeat(65_536)}: 1\r\n`,
    };
    for (const [name, headers] of Object.entries(large))
      it(`${name}`, async () => {
        const response = await rawRequest(server, get(handshake, headers));
        assert.ok(response === null || [400, 431].includes(response.status), String(response?.status));
      });

    it("a target of 64 KiB", async () => {
      const response = await rawRequest(server, get(`${handshake}&x=${"x".repeat(65_536)}`));
      assert.ok(response === null || [400, 414, 431].includes(response.status), String(response?.status));
    });

    it("headers without end", async () => {
      const raw = await RawHttp.connect(server);
      raw.write(`GET ${handshake} HTTP/1.1\r\n${host()}`);
      const line = `X-Endless: ${"x".repeat(1000)}\r\n`;
      for (let n = 0; n < 2000 && !raw.finished; n++) {
        raw.write(line);
        if (n % 50 === 0) await sleep(1);
      }
      const response = await raw.response();
      assert.ok(response === null || [400, 431].includes(response.status), String(response?.status));
      await raw.waitEnded();
    });
  });
});
