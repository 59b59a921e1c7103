// Request and socket limits (contract section 1).
import assert from "node:assert/strict";
import { Api, assertRefused, rawRequest } from "../support/api.mjs";
import { describeChatd, sleep } from "../support/chatd.mjs";
import { chattingPair, pair, Person, uniqueName } from "../support/people.mjs";

const limited = {
  "limits.enabled": true,
  "limits.anonymous": 12,
  "limits.authenticated": 40,
  "limits.login": 3,
  "limits.messages": 5,
  trusted_proxies: "127.0.0.1/32",
};

/** An address of its own for each test, believed because it comes through a trusted proxy. */
let lastAddress = 0;
const fromElsewhere = () => ({ "x-forwarded-for": `203.0.113.${(lastAddress += 1)}` });

/** A person registered from an address of his own. */
async function somebody(server) {
  const username = uniqueName("lim");
  const body = { username, email: `${username}@example.com`, password: "correct horse" };
  const answer = await new Api(server).post("/api/auth/register", body, {
    status: 201,
    headers: fromElsewhere(),
  });
  return new Person(server, answer.body, body.password);
}

async function acquainted(server) {
  const [alice, bob] = [await somebody(server), await somebody(server)];
  const { id } = await alice.conversationWith(bob);
  return { alice, bob, conversationId: id };
}

function assertLimited(answer) {
  assertRefused(answer, 429, "RATE_LIMITED");
  const wait = Number(answer.headers["retry-after"]);
  assert.ok(Number.isInteger(wait) && wait >= 1, `Retry-After: ${answer.headers["retry-after"]}`);
}

describeChatd("request limits", { set: limited, concurrency: true }, (server, check) => {
  const api = new Api(server);

  check("limited routes carry both sets of headers, counting down", async () => {
    const headers = fromElsewhere();
    const first = await api.get("/api/auth/me", { headers, status: 401 });
    const second = await api.get("/api/auth/me", { headers, status: 401 });
    for (const name of ["limit", "remaining", "reset"]) {
      assert.match(first.headers[`ratelimit-${name}`], /^\d+$/, name);
      assert.equal(first.headers[`x-ratelimit-${name}`], first.headers[`ratelimit-${name}`], name);
    }
    assert.equal(first.headers["ratelimit-limit"], "12");
    assert.equal(
      Number(second.headers["ratelimit-remaining"]),
      Number(first.headers["ratelimit-remaining"]) - 1,
    );
  });

  check(
    "anonymous requests are counted per address; the one too many is a 429 with Retry-After",
    async () => {
      const headers = fromElsewhere();
      for (let i = 0; i < 12; i += 1) await api.get("/api/auth/me", { headers, status: 401 });
      const answer = await api.get("/api/auth/me", { headers });
      assertLimited(answer);
      assert.equal(answer.headers["ratelimit-remaining"], "0");
      await api.get("/api/auth/me", { headers: fromElsewhere(), status: 401 });
    },
  );

  check("authenticated requests are counted per user, from wherever they come", async () => {
    const [person, other] = [await somebody(server), await somebody(server)];
    for (let i = 0; i < 40; i += 1)
      await person.get("/api/auth/me", { headers: fromElsewhere(), status: 200 });
    assertLimited(await person.get("/api/auth/me", { headers: fromElsewhere() }));
    await other.get("/api/auth/me", 200);
  });

  check("unlimited: preflights, health, live and ready, metrics, docs, socket.io", async () => {
    const headers = fromElsewhere();
    const plain = (method, target, more = {}) =>
      rawRequest(server, method, target, { headers: { ...headers, ...more } });
    for (let i = 0; i < 14; i += 1) {
      await plain("OPTIONS", "/api/auth/login", {
        origin: "http://front.example",
        "access-control-request-method": "POST",
      });
      for (const target of [
        "/health",
        "/livez",
        "/readyz",
        "/openapi.yaml",
        "/api-docs",
        "/",
        "/socket.io/?EIO=4&transport=polling",
      ]) {
        const answer = await plain("GET", target);
        assert.notEqual(answer.status, 429, target);
        assert.ok(!("ratelimit-limit" in answer.headers), target);
      }
    }
    await api.get("/api/auth/me", { headers, status: 401 });
  });

  check("failed logins are counted per address and account", async () => {
    const person = await somebody(server);
    const headers = fromElsewhere();
    const login = (password, from) =>
      api.post("/api/auth/login", { email: person.user.email, password }, { headers: from });
    for (let i = 0; i < 3; i += 1) assertRefused(await login("wrong", headers), 401, "UNAUTHORIZED");
    assertLimited(await login("wrong", headers));
    assertLimited(await login(person.password, headers));
    assert.equal((await login(person.password, fromElsewhere())).status, 200, "another address may");
    const other = await somebody(server);
    const answer = await api.post(
      "/api/auth/login",
      { email: other.user.email, password: other.password },
      { headers },
    );
    assert.equal(answer.status, 200, "another account may");
  });

  check("successful logins do not count", async () => {
    const person = await somebody(server);
    const headers = fromElsewhere();
    for (let i = 0; i < 5; i += 1) {
      await api.post(
        "/api/auth/login",
        { email: person.user.email, password: person.password },
        { headers, status: 200 },
      );
    }
  });

  check("message sends are counted per user, REST and socket together", async () => {
    const { alice, bob, conversationId } = await acquainted(server);
    for (let i = 0; i < 3; i += 1) await alice.say(conversationId, `m${i}`);
    const tab = await alice.open();
    for (let i = 3; i < 5; i += 1) await tab.do("send_message", { conversationId, content: `m${i}` });
    assertLimited(await alice.post("/api/messages", { conversationId, content: "too many" }));
    const ack = await tab.ask("send_message", { conversationId, content: "too many" });
    assert.equal(ack.success, false);
    assert.equal(ack.code, "RATE_LIMITED");
    await bob.say(conversationId, "I still may");
    assert.equal((await bob.history(conversationId)).length, 6);
  });

  check("a 429 carries CORS headers like any other answer", async () => {
    const headers = { ...fromElsewhere(), origin: "http://front.example" };
    for (let i = 0; i < 12; i += 1) await api.get("/api/auth/me", { headers, status: 401 });
    const answer = await api.get("/api/auth/me", { headers, status: 429 });
    assert.equal(answer.headers["access-control-allow-origin"], "*");
    assert.match(answer.headers["access-control-expose-headers"], /retry-after/i);
  });
});

describeChatd("the client address", { set: { ...limited, trusted_proxies: undefined } }, (server, check) => {
  check("X-Forwarded-For of somebody who is no trusted proxy is not believed", async () => {
    const api = new Api(server);
    for (let i = 0; i < 12; i += 1) await api.get("/api/auth/me", { headers: fromElsewhere(), status: 401 });
    assertLimited(await api.get("/api/auth/me", { headers: fromElsewhere() }));
  });
});

describeChatd("the client address behind proxies", { set: limited }, (server, check) => {
  check("is found from the right: what a client made up is not believed", async () => {
    const api = new Api(server);
    const real = "198.51.100.7";
    for (let i = 0; i < 12; i += 1) {
      const headers = { "x-forwarded-for": `10.1.1.${i}, ${real}` };
      await api.get("/api/auth/me", { headers, status: 401 });
    }
    assertLimited(await api.get("/api/auth/me", { headers: { "x-forwarded-for": `garbage, ${real}` } }));
    assertLimited(await api.get("/api/auth/me", { headers: { "x-forwarded-for": real } }));
    await api.get("/api/auth/me", { headers: { "x-forwarded-for": `${real}, 198.51.100.8` }, status: 401 });
  });
});

const environment = { RATE_LIMIT_MAX_REQUESTS: "3", RATE_LIMIT_WINDOW_MS: "1500" };
describeChatd(
  "limits from the environment",
  { set: { "limits.enabled": true }, env: environment },
  (server, check) => {
    check("RATE_LIMIT_MAX_REQUESTS is the anonymous maximum, RATE_LIMIT_WINDOW_MS the window", async () => {
      const api = new Api(server);
      for (let i = 0; i < 3; i += 1) await api.get("/api/auth/me", 401);
      assertLimited(await api.get("/api/auth/me"));
      await sleep(1700);
      await api.get("/api/auth/me", 401);
    });
  },
);

const socketLimited = {
  "limits.enabled": true,
  "limits.messages": 1000,
  "limits.socket_rate": 5,
  "limits.socket_burst": 10,
};
describeChatd("socket limits", { set: socketLimited, concurrency: true }, (server, check) => {
  check(
    "an event over the limit is not executed: RATE_LIMITED with retryAfter; the socket stays",
    async () => {
      const { aliceTab, bob, conversationId } = await chattingPair(server);
      const answers = await Promise.all(
        Array.from({ length: 25 }, (_, i) =>
          aliceTab.ask("send_message", { conversationId, content: `m${i}` }),
        ),
      );
      const refused = answers.filter(({ success }) => !success);
      assert.ok(refused.length >= 10 && refused.length <= 15, `${refused.length} of 25 refused`);
      for (const answer of refused) {
        assert.equal(answer.code, "RATE_LIMITED");
        assert.ok(answer.retryAfter > 0, JSON.stringify(answer));
      }
      assert.equal((await bob.history(conversationId)).length, 25 - refused.length);
      await sleep(1200);
      await aliceTab.do("send_message", { conversationId, content: "again" });
    },
  );

  check("without ack: at most one error event per second", async () => {
    const { aliceTab, conversationId } = await chattingPair(server);
    for (let i = 0; i < 30; i += 1) aliceTab.tell("join_room", { conversationId });
    const error = await aliceTab.waitFor("error");
    assert.equal(error.code, "RATE_LIMITED");
    assert.ok(error.retryAfter > 0);
    await sleep(300);
    assert.equal(aliceTab.all("error").length, 1);
    assert.ok(aliceTab.socket.connected);
  });

  check("the limit is per socket", async () => {
    const { alice, aliceTab, conversationId } = await chattingPair(server);
    await Promise.all(Array.from({ length: 25 }, () => aliceTab.ask("join_room", { conversationId })));
    const other = await alice.open();
    await other.do("join_room", { conversationId });
  });

  check("typing has its own bucket and is dropped silently", async () => {
    const { aliceTab, bobTab, conversationId } = await chattingPair(server);
    for (let i = 0; i < 100; i += 1) aliceTab.tell("typing", { conversationId, isTyping: i % 2 === 0 });
    await aliceTab.do("join_room", { conversationId });
    assert.deepEqual(aliceTab.all("error"), []);
    await bobTab.settle();
    const passed = bobTab.heard.filter(({ event }) => event.includes("typing")).length;
    assert.ok(passed > 0 && passed <= 60, `${passed} of 100 passed`);
  });

  check("more than 200 packets per second for 10 s ends the connection", { timeout: 60_000 }, async () => {
    const { aliceTab } = await chattingPair(server);
    const begun = Date.now();
    const reason = new Promise((resolve) => aliceTab.socket.once("disconnect", resolve));
    while (aliceTab.socket.connected && Date.now() - begun < 20_000) {
      for (let i = 0; i < 50; i += 1) aliceTab.tell("typing_stop", { conversationId: "x" });
      await sleep(100);
    }
    assert.match(await reason, /^transport (close|error)$/, "so that the client may come back");
    assert.ok(Date.now() - begun > 8000, "not at once");
  });
});

describeChatd("limits switched off", {}, (server, check) => {
  check("nothing is limited and no header says so", async () => {
    const { alice, conversationId } = await pair(server);
    for (let i = 0; i < 70; i += 1) await alice.say(conversationId, `m${i}`);
    const { headers } = await alice.get("/api/auth/me", 200);
    assert.ok(!("ratelimit-limit" in headers));
  });
});
