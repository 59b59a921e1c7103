// Headers of every answer, CORS, request ids (contract section 1).
import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { Api, rawRequest } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { Person } from "../support/people.mjs";

const helmet = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-dns-prefetch-control": "off",
  "x-download-options": "noopen",
  "x-frame-options": "SAMEORIGIN",
  "x-permitted-cross-domain-policies": "none",
  "x-xss-protection": "0",
};

const policy = [
  "default-src 'self'",
  "base-uri 'self'",
  "font-src 'self' https: data:",
  "form-action 'self'",
  "frame-ancestors 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "script-src 'self'",
  "script-src-attr 'none'",
  "style-src 'self' https: 'unsafe-inline'",
];

const directives = (header) =>
  header
    .split(";")
    .map((one) => one.trim())
    .filter(Boolean)
    .sort();

describeChatd("security headers", { set: { trusted_proxies: "127.0.0.1/32" } }, (server, check) => {
  for (const [method, target] of [
    ["GET", "/health"],
    ["GET", "/api/auth/me"],
    ["POST", "/api/auth/login"],
    ["GET", "/nowhere"],
    ["DELETE", "/health"],
  ]) {
    check(`${method} ${target} carries the set of helmet 8`, async () => {
      const { headers } = await rawRequest(server, method, target);
      for (const [name, value] of Object.entries(helmet)) assert.equal(headers[name], value, name);
      assert.deepEqual(directives(headers["content-security-policy"]), [...policy].sort());
      assert.ok(!("strict-transport-security" in headers), "HSTS only on HTTPS");
      assert.ok(!("x-powered-by" in headers));
      assert.doesNotMatch(headers.server ?? "", /\d/, "no version");
    });
  }

  check("behind a trusted proxy on HTTPS: HSTS and upgrade-insecure-requests", async () => {
    const { headers } = await rawRequest(server, "GET", "/health", {
      headers: { "x-forwarded-proto": "https" },
    });
    assert.equal(headers["strict-transport-security"], "max-age=31536000; includeSubDomains");
    assert.deepEqual(
      directives(headers["content-security-policy"]),
      [...policy, "upgrade-insecure-requests"].sort(),
    );
  });

  check("Cross-Origin-Resource-Policy is cross-origin under /socket.io/", async () => {
    for (const target of ["/socket.io/?EIO=4&transport=polling", "/socket.io/socket.io.js"]) {
      const { headers } = await rawRequest(server, "GET", target);
      assert.equal(headers["cross-origin-resource-policy"], "cross-origin", target);
    }
  });

  check("pages never allow inline scripts", async () => {
    for (const target of ["/", "/api-docs", "/api-docs/"]) {
      const { headers } = await rawRequest(server, "GET", target);
      const scripts = directives(headers["content-security-policy"] ?? "").find((one) =>
        one.startsWith("script-src "),
      );
      if (headers["content-security-policy"]) assert.doesNotMatch(scripts, /unsafe-inline/, target);
      else assert.match(String(headers.location), /api-docs/, target);
    }
  });
});

describeChatd("X-Forwarded-Proto of anybody", {}, (server, check) => {
  check("is not believed", async () => {
    const { headers } = await rawRequest(server, "GET", "/health", {
      headers: { "x-forwarded-proto": "https" },
    });
    assert.ok(!("strict-transport-security" in headers));
  });
});

describeChatd("request ids", {}, (server, check) => {
  const idOf = async (sent) =>
    await rawRequest(server, "GET", "/api/nowhere", {
      headers: sent === undefined ? {} : { "x-request-id": sent },
    });

  check("a sane one is taken over, into the body too", async () => {
    for (const sane of ["abc-123", "0189-ABC_def.7", "f47ac10b-58cc-4372-a567-0e02b2c3d479"]) {
      const answer = await idOf(sane);
      assert.equal(answer.headers["x-request-id"], sane);
      assert.equal(answer.body.requestId, sane);
    }
  });

  check("none, or one that is not sane, gets a new one", async () => {
    const seen = new Set();
    for (const odd of [
      undefined,
      undefined,
      "",
      "x".repeat(1000),
      "with space",
      "<script>",
      '"quoted"',
      "\u00e7",
    ]) {
      const id = (await idOf(odd)).headers["x-request-id"];
      assert.ok(id && id !== odd, String(odd));
      assert.match(id, /^[\w.:-]{1,128}$/);
      seen.add(id);
    }
    assert.equal(seen.size, 8);
  });
});

const expected = ["x-request-id", "ratelimit-limit", "x-ratelimit-limit", "retry-after", "etag", "location"];

function assertExposes(headers) {
  const exposed = headers["access-control-expose-headers"].toLowerCase().split(/\s*,\s*/);
  for (const name of expected) assert.ok(exposed.includes(name), `exposes ${name}: ${exposed}`);
}

describeChatd("CORS by default", {}, (server, check) => {
  const headers = { origin: "https://anywhere.example" };

  check("everybody, without credentials, on errors too", async () => {
    for (const [method, target, status] of [
      ["GET", "/health", 200],
      ["GET", "/api/auth/me", 401],
      ["GET", "/nowhere", 404],
      ["DELETE", "/api/auth/login", 405],
      ["GET", "/socket.io/?EIO=4&transport=polling", 200],
      ["GET", "/socket.io/?EIO=9&transport=polling", 400],
    ]) {
      const answer = await rawRequest(server, method, target, { headers });
      assert.equal(answer.status, status, target);
      assert.equal(answer.headers["access-control-allow-origin"], "*", target);
      assert.ok(!("access-control-allow-credentials" in answer.headers), target);
    }
    assertExposes((await rawRequest(server, "GET", "/health", { headers })).headers);
  });

  check("413, 415 and 400 carry them too", async () => {
    const post = (body, type) =>
      rawRequest(server, "POST", "/api/auth/login", {
        headers: { ...headers, "content-type": type, "content-length": Buffer.byteLength(body) },
        body,
      });
    for (const [body, type, status] of [
      ["{", "application/json", 400],
      ["a=b", "application/x-www-form-urlencoded", 415],
      [`"${"x".repeat(1_100_000)}"`, "application/json", 413],
    ]) {
      const answer = await post(body, type);
      assert.equal(answer.status, status);
      assert.equal(answer.headers["access-control-allow-origin"], "*");
    }
  });

  check("preflight", async () => {
    const ask = {
      ...headers,
      "access-control-request-method": "PATCH",
      "access-control-request-headers": "authorization,x-own-header",
    };
    const answer = await rawRequest(server, "OPTIONS", "/api/messages/x/read", { headers: ask });
    assert.equal(answer.status, 204);
    assert.equal(answer.text, "");
    assert.equal(answer.headers["access-control-allow-origin"], "*");
    const methods = answer.headers["access-control-allow-methods"].split(/\s*,\s*/);
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
      assert.ok(methods.includes(method), method);
    const allowed = answer.headers["access-control-allow-headers"].toLowerCase();
    assert.ok(allowed.includes("authorization") && allowed.includes("x-own-header"), allowed);
  });
});

const listed = {
  FRONTEND_URL: "https://front.example",
  CLIENT_URL: "http://localhost:5173,https://two.example",
  CORS_ORIGIN: "https://three.example",
};
describeChatd("CORS with a list", { env: listed }, (server, check) => {
  const origins = [
    "https://front.example",
    "http://localhost:5173",
    "https://two.example",
    "https://three.example",
  ];
  const strangers = [
    "https://evil.example",
    "http://front.example",
    "https://front.example.evil.example",
    "https://front.example:8443",
    "null",
  ];

  const routes = ["/health", "/api/auth/me", "/socket.io/?EIO=4&transport=polling"];

  check("the union of the three names is allowed, with credentials and Vary", async () => {
    for (const origin of origins) {
      for (const target of routes) {
        const { headers } = await rawRequest(server, "GET", target, { headers: { origin } });
        assert.equal(headers["access-control-allow-origin"], origin, target);
        assert.equal(headers["access-control-allow-credentials"], "true", target);
        assert.match(headers.vary, /origin/i, target);
      }
    }
  });

  check("another origin gets no CORS headers, but Vary", async () => {
    for (const origin of strangers) {
      for (const target of routes) {
        const { headers } = await rawRequest(server, "GET", target, { headers: { origin } });
        const given = Object.keys(headers).filter((name) => name.startsWith("access-control-"));
        assert.deepEqual(given, [], `${origin} ${target}`);
        assert.match(headers.vary ?? "", /origin/i);
      }
    }
  });

  check("without Origin nothing is restricted", async () => {
    const person = await Person.register(server);
    await person.get("/api/auth/me", 200);
    await person.open();
    await person.open({ transports: ["polling"] });
  });

  const upgrade = (origin) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=websocket`, {
        headers: { origin },
      });
      socket.once("open", () => (socket.terminate(), resolve(101)));
      socket.once(
        "unexpected-response",
        (request, response) => (request.destroy(), resolve(response.statusCode)),
      );
      socket.on("error", () => {});
    });

  check("the list guards the WebSocket too: another origin is 403", async () => {
    for (const origin of origins) assert.equal(await upgrade(origin), 101, origin);
    for (const origin of strangers) assert.equal(await upgrade(origin), 403, origin);
  });

  check("a preflight of a stranger is not answered with permission", async () => {
    const headers = { origin: strangers[0], "access-control-request-method": "POST" };
    const answer = await rawRequest(server, "OPTIONS", "/api/auth/login", { headers });
    assert.ok(!("access-control-allow-origin" in answer.headers));
    assert.ok(!("access-control-allow-methods" in answer.headers));
  });
});

describeChatd("routes", {}, (server, check) => {
  const api = new Api(server);

  check("an unknown path is 404 `Route not found`, whatever the method", async () => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      for (const target of [
        "/nowhere",
        "/api/nowhere",
        "/api",
        "/api/auth",
        "/api/auth/login/more",
        "/API/auth/login",
        "/favicon.ico/x",
        "/..%2f..%2fetc/passwd",
      ]) {
        const answer = await api.request(method, target, { status: 404, documented: false });
        assert.equal(answer.body.message, "Route not found", target);
        assert.equal(answer.body.code, "NOT_FOUND");
      }
    }
  });

  check("a known path with another method is 405 with Allow", async () => {
    for (const [method, target, allow] of [
      ["GET", "/api/auth/login", ["POST"]],
      ["DELETE", "/api/conversations", ["GET", "POST"]],
      ["PATCH", "/api/auth/profile", ["PUT"]],
      ["POST", "/health", ["GET"]],
      ["PUT", "/api/users/list", ["GET"]],
    ]) {
      const answer = await api.request(method, target, { status: 405, documented: false });
      assert.equal(answer.body.code, "METHOD_NOT_ALLOWED");
      const allowed = answer.headers.allow.split(/\s*,\s*/);
      for (const name of allow) assert.ok(allowed.includes(name), `${target} allows ${name}: ${allowed}`);
      assert.ok(!allowed.includes(method));
    }
  });

  check("HEAD answers as GET without the body", async () => {
    const person = await Person.register(server);
    const get = await person.get("/api/auth/me", 200);
    const head = await person.request("HEAD", "/api/auth/me", { status: 200, documented: false });
    assert.equal(head.text, "");
    assert.equal(head.headers["content-type"], get.headers["content-type"]);
  });

  check("a query does not change the route, a trailing slash is forgiven or not found", async () => {
    await api.get("/api/health?x=1&x=2&%00", { status: 200, documented: false });
    const slash = await api.request("GET", "/api/health/", { documented: false });
    assert.ok([200, 301, 308, 404].includes(slash.status));
  });
});
