// Access tokens, logout and the list of devices (contract section 2).
import assert from "node:assert/strict";
import { Api, assertRefused } from "../support/api.mjs";
import { describeChatd, jwtRefreshSecret, jwtSecret, patience } from "../support/chatd.mjs";
import { altered, claimsOf, expired, sign } from "../support/jwt.mjs";
import { assertHasFields, Person, userFields } from "../support/people.mjs";

const missing = "Access token is required";
const invalidated = "Token has been invalidated";
const invalid = "Invalid or expired token";

const protectedRoutes = [
  ["GET", "/api/auth/me"],
  ["PUT", "/api/auth/profile"],
  ["POST", "/api/auth/logout"],
  ["GET", "/api/auth/sessions"],
  ["POST", "/api/auth/logout-all"],
  ["GET", "/api/users/list"],
  ["GET", "/api/user/list"],
  ["GET", "/api/users/online/count"],
  ["GET", "/api/users/online/list"],
  ["GET", "/api/conversations"],
  ["POST", "/api/conversations"],
  ["POST", "/api/messages"],
  ["POST", "/api/messages/send"],
  ["GET", "/api/messages/search?q=x"],
  ["GET", "/api/search/messages?query=x"],
  ["GET", "/api/search/suggestions?query=xy"],
  ["GET", "/api/search/stats"],
];

describeChatd("access tokens", { concurrency: true }, (server, check) => {
  const api = new Api(server);
  const me = (token, status) => api.get("/api/auth/me", { token, status });

  check("me shows the user at data, data.user and user", async () => {
    const person = await Person.register(server);
    const { body } = await me(person.token, 200);
    assertHasFields(body.data, userFields, "data");
    assertHasFields(body.user, userFields, "user");
    assert.deepEqual(body.data.user, body.user);
    assert.equal(body.data.id, person.id);
    assert.equal(body.success, true);
  });

  for (const [method, target] of protectedRoutes) {
    check(`${method} ${target} wants a token`, async () => {
      const answer = await api.request(method, target, {
        body: method === "GET" ? undefined : {},
        status: 401,
      });
      assertRefused(answer, 401, "UNAUTHORIZED", { message: missing });
    });
  }

  check("the scheme is Bearer and nothing else", async () => {
    const person = await Person.register(server);
    for (const authorization of ["Basic dXNlcjpwYXNz", person.token, "Bearer", "Bearer "]) {
      const answer = await api.get("/api/auth/me", { headers: { authorization }, status: 401 });
      assert.ok([missing, invalid].includes(answer.body.message), answer.text);
    }
    await api.get("/api/auth/me", { headers: { authorization: `bearer ${person.token}` }, status: 200 });
  });

  check("forged and stale access tokens are 401 `Invalid or expired token`", async () => {
    const { token } = await Person.register(server);
    const claims = claimsOf(token);
    const now = Math.floor(Date.now() / 1000);
    const forged = {
      "alg none": sign(claims, "", { alg: "none", typ: "JWT" }),
      "alg None with signature": sign(claims, jwtSecret, { alg: "None", typ: "JWT" }),
      HS512: sign(claims, jwtSecret, { alg: "HS512", typ: "JWT" }),
      RS256: sign(claims, jwtSecret, { alg: "RS256", typ: "JWT" }),
      "no alg": sign(claims, jwtSecret, { typ: "JWT" }),
      "the refresh secret": sign(claims, jwtRefreshSecret),
      "another secret": sign(claims, "wrong"),
      expired: expired(token, jwtSecret),
      "typ refresh": altered(token, { typ: "refresh" }, jwtSecret),
      "exp as text": altered(token, { exp: "tomorrow" }, jwtSecret),
      "no exp": altered(token, { exp: undefined }, jwtSecret),
      "no typ and sid (legacy is off)": sign({ userId: claims.sub, iat: now, exp: now + 600 }, jwtSecret),
      "claims that are a list": sign([1, 2], jwtSecret),
      "payload changed": token.replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"1"}').toString("base64url")}.`),
      "signature cut": token.slice(0, -3),
      garbage: "abc",
    };
    for (const [what, bad] of Object.entries(forged)) {
      const answer = await me(bad, 401);
      assert.equal(answer.body.message, invalid, what);
    }
    await me(token, 200);
  });
});

describeChatd("logout and devices", { concurrency: true }, (server, check) => {
  const api = new Api(server);

  const assertDead = async (person) => {
    const answer = await person.get("/api/auth/me", 401);
    assert.equal(answer.body.message, invalidated);
    await api.post("/api/auth/refresh", { refreshToken: person.refreshToken }, 401);
    await assert.rejects(person.open(), { message: "Token has been revoked" });
  };

  check("logout kills access token, refresh token and sockets within a second", async () => {
    const person = await Person.register(server);
    const tabs = await Promise.all([person.open(), person.open({ transports: ["polling"] })]);
    const ended = Promise.all(tabs.map((tab) => tab.ended()));
    const begun = Date.now();
    const answer = await person.post("/api/auth/logout", undefined, 200);
    assert.equal(answer.body.success, true);
    assert.deepEqual(await ended, ["io server disconnect", "io server disconnect"]);
    assert.ok(Date.now() - begun < patience(1000), "within a second");
    await assertDead(person);
  });

  check("logout leaves the other devices alone", async () => {
    const phone = await Person.register(server);
    const desk = await phone.anotherDevice();
    const deskTab = await desk.open();
    await phone.post("/api/auth/logout", undefined, 200);
    await desk.get("/api/auth/me", 200);
    await deskTab.settle();
    assert.ok(deskTab.socket.connected);
  });

  check("sessions lists the own devices and marks the current one", async () => {
    const phone = await Person.register(server);
    const headers = { "user-agent": "Desk/1.0" };
    const login = { email: phone.user.email, password: phone.password };
    const { body: desk } = await api.post("/api/auth/login", login, { headers, status: 200 });
    const { body } = await api.get("/api/auth/sessions", { token: desk.accessToken, status: 200 });
    const sessions = body.data.sessions ?? body.data;
    assert.equal(sessions.length, 2);
    for (const session of sessions) {
      assertHasFields(session, ["id", "createdAt", "lastUsedAt", "ip", "userAgent", "current"], "session");
      assert.equal(session.ip, "127.0.0.1");
    }
    const current = sessions.filter((session) => session.current);
    assert.equal(current.length, 1);
    assert.equal(current[0].userAgent, "Desk/1.0");
    assert.equal(current[0].id, claimsOf(desk.accessToken).sid);
  });

  check("a device can be signed out from another one", async () => {
    const phone = await Person.register(server);
    const desk = await phone.anotherDevice();
    const deskTab = await desk.open();
    const ended = deskTab.ended();
    await phone.delete(`/api/auth/sessions/${claimsOf(desk.token).sid}`, 200);
    assert.equal(await ended, "io server disconnect");
    await assertDead(desk);
    await phone.get("/api/auth/me", 200);
  });

  check("somebody else's session, an unknown one and a bad id are 404", async () => {
    const [alice, mallory] = [await Person.register(server), await Person.register(server)];
    for (const id of [
      claimsOf(alice.token).sid,
      "01890000-0000-7000-8000-000000000000",
      "x",
      "%00",
      "a".repeat(200),
    ]) {
      const answer = await mallory.request("DELETE", `/api/auth/sessions/${id}`, { status: 404 });
      assert.equal(answer.body.code, "NOT_FOUND");
    }
    await alice.get("/api/auth/me", 200);
  });

  check("logout-all signs every device out", async () => {
    const phone = await Person.register(server);
    const desk = await phone.anotherDevice();
    const [phoneTab, deskTab] = await Promise.all([phone.open(), desk.open()]);
    const ended = Promise.all([phoneTab.ended(), deskTab.ended()]);
    await phone.post("/api/auth/logout-all", undefined, 200);
    assert.deepEqual(await ended, ["io server disconnect", "io server disconnect"]);
    await assertDead(phone);
    await assertDead(desk);
    await phone.anotherDevice();
  });
});

describeChatd("sessions across a restart", {}, (server, check) => {
  check("signed in stays signed in, signed out stays out", async () => {
    const stays = await Person.register(server);
    const gone = await Person.register(server);
    await gone.post("/api/auth/logout", undefined, 200);
    await server.restart();
    await stays.get("/api/auth/me", 200);
    const answer = await gone.get("/api/auth/me", 401);
    assert.equal(answer.body.message, invalidated);
  });
});
