// What a browser on another origin needs of long-polling, and the error bodies of Engine.IO.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Peer, PollingSession, engineUrl } from "../support/engineio.mjs";
import { TestServer, patience } from "../support/test_server.mjs";

const origin = "https://front.example";

for (const path of ["/engine.io/", "/socket.io/"])
  describe(`CORS and errors at ${path}`, { concurrency: 4 }, () => {
    let server;
    before(async () => (server = await TestServer.start(...patience)));
    after(() => server.stop());

    const url = (query) => engineUrl(server.http, query, path);
    const polling = { EIO: 4, transport: "polling" };

    /** Without credentials `*` will do; with them the origin must be named and caches told. */
    function assertShared(response) {
      const allowed = response.headers.get("access-control-allow-origin");
      assert.ok(allowed === "*" || allowed === origin, `Access-Control-Allow-Origin: ${allowed}`);
      if (allowed === origin) assert.match(response.headers.get("vary") ?? "", /origin/i);
      else assert.equal(response.headers.get("access-control-allow-credentials"), null);
    }

    describe("CORS", () => {
      it("answers a preflight with methods and the headers asked for", async () => {
        const headers = {
          Origin: origin,
          "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "content-type,x-own",
        };
        const response = await fetch(url({ ...polling, sid: "any" }), { method: "OPTIONS", headers });
        assert.ok([200, 204].includes(response.status), String(response.status));
        assert.equal(await response.text(), "");
        assertShared(response);
        const methods = response.headers.get("access-control-allow-methods").toUpperCase();
        for (const method of ["GET", "POST"]) assert.ok(methods.includes(method), methods);
        const allowed = response.headers.get("access-control-allow-headers").toLowerCase();
        for (const name of ["content-type", "x-own"])
          assert.ok(allowed === "*" || allowed.includes(name), allowed);
      });

      it("opens no session for a preflight", async () => {
        const response = await fetch(url(polling), { method: "OPTIONS", headers: { Origin: origin } });
        assert.ok(response.status < 300, String(response.status));
        assert.equal(await response.text(), "");
      });

      it("shares handshake, poll and POST", async () => {
        const response = await fetch(url(polling), { headers: { Origin: origin } });
        assert.equal(response.status, 200);
        assertShared(response);
        const { sid } = JSON.parse((await response.text()).slice(1));
        const session = url({ ...polling, sid });
        const poll = fetch(session, { headers: { Origin: origin } });
        const packet = path === "/engine.io/" ? "4hello" : "40";
        const posted = await fetch(session, { method: "POST", body: packet, headers: { Origin: origin } });
        assert.equal(posted.status, 200);
        assertShared(posted);
        assertShared(await poll);
      });

      it("shares errors, so that clients can read them", async () => {
        const response = await fetch(url({ ...polling, sid: "abc" }), { headers: { Origin: origin } });
        assert.equal(response.status, 400);
        assertShared(response);
      });

      it("accepts a WebSocket from another origin", async () => {
        const peer = await Peer.open(server, { path, origin });
        peer.close();
      });
    });

    describe("error bodies", () => {
      const cases = [
        ["transport=abc", { EIO: 4, transport: "abc" }, {}, 0, "Transport unknown"],
        ["no transport", { EIO: 4 }, {}, 0, "Transport unknown"],
        ["unknown sid", { ...polling, sid: "abc" }, {}, 1, "Session ID unknown"],
        ["POST without sid", polling, { method: "POST", body: "4a" }, 2, "Bad handshake method"],
        ["PUT without sid", polling, { method: "PUT", body: "4a" }, 2, "Bad handshake method"],
        ["DELETE without sid", polling, { method: "DELETE" }, 2, "Bad handshake method"],
        ["no EIO", { transport: "polling" }, {}, 5, "Unsupported protocol version"],
        ["EIO=5", { EIO: 5, transport: "polling" }, {}, 5, "Unsupported protocol version"],
        ["no query", {}, {}, 5, "Unsupported protocol version"],
      ];
      for (const [name, query, init, code, message] of cases)
        it(`${name}: ${code} ${message}`, async () => {
          const response = await fetch(url(query), init);
          assert.equal(response.status, 400);
          assert.match(response.headers.get("content-type"), /^application\/json/);
          assert.deepEqual(await response.json(), { code, message });
        });

      it("polling with the sid of a WebSocket: 3 Bad request", async () => {
        const peer = await Peer.open(server, { path });
        const response = await fetch(url({ ...polling, sid: peer.sid }));
        assert.equal(response.status, 400);
        assert.deepEqual(await response.json(), { code: 3, message: "Bad request" });
        peer.close();
      });

      it("a closed session: 1 Session ID unknown", async () => {
        const session = await PollingSession.open(server, { path });
        await session.post("1");
        const response = await session.poll();
        assert.equal(response.status, 400);
        assert.deepEqual(await response.json(), { code: 1, message: "Session ID unknown" });
      });
    });
  });
