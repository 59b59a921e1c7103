// Health, liveness, metrics (contract section 11).
import assert from "node:assert/strict";
import { Api, isoTime, rawRequest } from "../support/api.mjs";
import { describeChatd, until } from "../support/chatd.mjs";
import { chattingPair } from "../support/people.mjs";

describeChatd("health", {}, (server, check) => {
  const api = new Api(server);

  check("/health tells of every service", async () => {
    const { body, headers } = await api.get("/health", 200);
    assert.equal(body.status, "OK");
    assert.match(body.timestamp, isoTime);
    assert.equal(typeof body.uptime, "number");
    assert.equal(typeof body.version, "string");
    assert.deepEqual(body.services, { database: "Healthy", redis: "Disabled", rabbitmq: "Disabled" });
    assert.match(headers["content-type"], /^application\/json/);
  });

  check("/api/health is the form of 001", async () => {
    const { body } = await api.get("/api/health", 200);
    assert.equal(body.success, true);
    assert.equal(body.status, "ok");
    assert.equal(body.message, "Server is running");
    assert.match(body.timestamp, isoTime);
    assert.equal(typeof body.environment, "string");
    assert.ok(body.services);
  });

  check("/livez and /readyz are 200, HEAD too", async () => {
    for (const target of ["/livez", "/readyz", "/health"]) {
      assert.equal((await rawRequest(server, "GET", target)).status, 200);
      const head = await rawRequest(server, "HEAD", target);
      assert.equal(head.status, 200);
      assert.equal(head.text, "");
    }
  });
});

/** The sum of all series of one metric. */
const sumOf = (metrics, name) =>
  metrics
    .split("\n")
    .filter((line) => line.split(/[ {]/)[0] === name)
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);

describeChatd("metrics", {}, (server, check) => {
  const read = async () => (await rawRequest(server, "GET", "/metrics")).text;

  check("loopback may read them, in Prometheus text format", async () => {
    const answer = await rawRequest(server, "GET", "/metrics");
    assert.equal(answer.status, 200);
    assert.match(answer.headers["content-type"], /^text\/plain; version=0\.0\.4/);
    const typed = new Set();
    for (const line of answer.text.trim().split("\n")) {
      if (line.startsWith("# TYPE ")) {
        const name = line.split(" ")[2];
        assert.ok(!typed.has(name), `${name} is declared once`);
        typed.add(name);
      } else if (!line.startsWith("#")) {
        assert.match(
          line,
          /^[a-zA-Z_:][\w:]*(\{([a-z_]\w*="([^"\\]|\\.)*",?)*\})? (-?[\d.]+(e[+-]?\d+)?|\+Inf|NaN)$/,
          line,
        );
        const name = line.split(/[ {]/)[0];
        const family = name.replace(/_(bucket|sum|count|total)$/, "");
        assert.ok(typed.has(name) || typed.has(family), `${name} has a type`);
      }
    }
    assert.ok(typed.size >= 10);
  });

  check("they count connections, sessions, events by name, requests and the store", async () => {
    const before = await read();
    const { alice, aliceTab, conversationId } = await chattingPair(server);
    for (let i = 0; i < 5; i += 1) await aliceTab.do("send_message", { conversationId, content: `m${i}` });
    await alice.get("/api/auth/me", 200);
    const after = await read();
    for (const word of [
      "connection",
      "session",
      "room",
      "event",
      "request",
      "commit",
      "queue",
      "bytes",
      "dropped",
    ]) {
      assert.match(after, new RegExp(`^# TYPE \\w*${word}\\w* `, "m"), word);
    }
    const sends = after
      .split("\n")
      .filter((line) => line.includes('"send_message"') && !line.startsWith("#"));
    assert.ok(sends.length > 0, "events are counted by name");
    assert.notEqual(after, before);
    assert.ok(!after.includes(conversationId), "no ids in labels");
  });

  check("sockets are counted down again", async () => {
    const { aliceTab, bobTab } = await chattingPair(server);
    const gauge = (text) => sumOf(text, "chatd_engineio_sessions");
    const open = gauge(await read());
    assert.ok(open >= 2, `${open} open sessions`);
    aliceTab.close();
    bobTab.close();
    await until(async () => gauge(await read()) <= open - 2, "the gauge of sessions to fall by two");
  });

  check("unknown event names and paths cannot make up labels", async () => {
    const { aliceTab } = await chattingPair(server);
    const api = new Api(server);
    for (let i = 0; i < 20; i += 1) {
      await aliceTab.ask(`made_up_event_${i}`);
      await api.get(`/api/made_up_path_${i}`, { status: 404, documented: false });
    }
    assert.doesNotMatch(await read(), /made_up/);
  });

  check("never when X-Forwarded-For is present", async () => {
    const answer = await rawRequest(server, "GET", "/metrics", {
      headers: { "x-forwarded-for": "127.0.0.1" },
    });
    assert.equal(answer.status, 403);
  });
});

const closed = { "metrics.allow": "192.0.2.0/24", "metrics.token": "prometheus-reads-this" };
describeChatd("metrics behind a token", { set: closed }, (server, check) => {
  check("metrics.allow shuts others out, metrics.token lets in", async () => {
    const ask = async (headers) => (await rawRequest(server, "GET", "/metrics", { headers })).status;
    assert.equal(await ask({}), 403);
    assert.equal(await ask({ authorization: "Bearer wrong" }), 403);
    assert.equal(await ask({ authorization: "Bearer prometheus-reads-this" }), 200);
    assert.equal(
      await ask({ authorization: "Bearer prometheus-reads-this", "x-forwarded-for": "198.51.100.1" }),
      200,
    );
  });
});
