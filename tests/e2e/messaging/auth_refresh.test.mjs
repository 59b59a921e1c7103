// Refresh tokens: single use, the grace for parallel tabs, reuse detection (contract section 2).
import assert from "node:assert/strict";
import { Api, assertRefused } from "../support/api.mjs";
import { describeChatd, jwtRefreshSecret, jwtSecret, sleep } from "../support/chatd.mjs";
import { altered, claimsOf, expired, sign } from "../support/jwt.mjs";
import { Person } from "../support/people.mjs";

const tokensOf = ({ body }) => [body.accessToken, body.refreshToken];

describeChatd("refresh", { concurrency: true }, (server, check) => {
  const api = new Api(server);
  const refresh = (refreshToken, status) => api.post("/api/auth/refresh", { refreshToken }, status);
  const lives = (accessToken, status) => api.get("/api/auth/me", { token: accessToken, status });

  check("the body or the Authorization header carries the token; the answer is a new pair", async () => {
    const person = await Person.register(server);
    const first = await refresh(person.refreshToken, 200);
    assert.equal(Object.keys(first.body).indexOf("accessToken"), 2, "the superset in its order");
    assert.equal(first.body.user.id, person.id);
    assert.notEqual(first.body.refreshToken, person.refreshToken);
    assert.notEqual(first.body.accessToken, person.token);
    const second = await api.request("POST", "/api/auth/refresh", {
      token: first.body.refreshToken,
      status: 200,
    });
    assert.notEqual(second.body.refreshToken, first.body.refreshToken);
    await lives(second.body.accessToken, 200);
    assert.equal(claimsOf(second.body.accessToken).sid, claimsOf(person.token).sid, "one login session");
  });

  check("a refresh token in the body wins over an access token in the header", async () => {
    const person = await Person.register(server);
    await person.post("/api/auth/refresh", { refreshToken: person.refreshToken }, 200);
  });

  check("a replay within the grace answers the same new pair", async () => {
    const person = await Person.register(server);
    const first = await refresh(person.refreshToken, 200);
    await sleep(1100);
    const replay = await refresh(person.refreshToken, 200);
    assert.deepEqual(tokensOf(replay), tokensOf(first));
  });

  check("parallel tabs that race get one and the same pair", async () => {
    const person = await Person.register(server);
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(person.refreshToken, 200)));
    for (const answer of answers) assert.deepEqual(tokensOf(answer), tokensOf(answers[0]));
    await lives(answers[0].body.accessToken, 200);
  });

  check(
    "when the successor was used, a replay inside the grace is a plain 401 that revokes nothing",
    async () => {
      const person = await Person.register(server);
      const second = await refresh(person.refreshToken, 200);
      const third = await refresh(second.body.refreshToken, 200);
      assertRefused(await refresh(person.refreshToken, 401), 401, "UNAUTHORIZED");
      await lives(third.body.accessToken, 200);
      await refresh(third.body.refreshToken, 200);
    },
  );

  check("logout ends the grace", async () => {
    const person = await Person.register(server);
    const next = await refresh(person.refreshToken, 200);
    await api.request("POST", "/api/auth/logout", { token: next.body.accessToken, status: 200 });
    await refresh(person.refreshToken, 401);
    await refresh(next.body.refreshToken, 401);
  });

  check("an access token is refused in the place of a refresh token and the other way round", async () => {
    const person = await Person.register(server);
    await refresh(person.token, 401);
    const wrongPlace = await lives(person.refreshToken, 401);
    assertRefused(wrongPlace, 401, "UNAUTHORIZED", { message: "Invalid or expired token" });
  });

  check(
    "forged refresh tokens are refused: alg none, other algorithm, wrong secret, expired, foreign session",
    async () => {
      const person = await Person.register(server);
      const claims = claimsOf(person.refreshToken);
      const now = Math.floor(Date.now() / 1000);
      const forged = [
        sign(claims, "", { alg: "none", typ: "JWT" }),
        sign(claims, jwtRefreshSecret, { alg: "HS512", typ: "JWT" }),
        sign(claims, jwtRefreshSecret, { alg: "RS256", typ: "JWT" }),
        sign(claims, jwtSecret),
        expired(person.refreshToken, jwtRefreshSecret),
        altered(person.refreshToken, { typ: "access" }, jwtRefreshSecret),
        altered(person.refreshToken, { sid: "no-such-session" }, jwtRefreshSecret),
        sign({ userId: person.id, iat: now, exp: now + 3600 }, jwtRefreshSecret),
        `${person.refreshToken.split(".").slice(0, 2).join(".")}.`,
        "not-a-token",
        "a.b.c",
      ];
      for (const token of forged) assertRefused(await refresh(token, 401), 401, "UNAUTHORIZED");
      await refresh(person.refreshToken, 200);
    },
  );

  check("no token at all is refused", async () => {
    const answer = await api.request("POST", "/api/auth/refresh", { body: {} });
    assert.ok(answer.status === 400 || answer.status === 401, answer.text);
  });

  check("a refresh survives a change of the user name: the new token carries the new one", async () => {
    const person = await Person.register(server);
    const username = `${person.name}_x`;
    await person.put("/api/auth/profile", { username }, 200);
    const answer = await refresh(person.refreshToken, 200);
    assert.equal(answer.body.user.username, username);
    assert.equal(claimsOf(answer.body.accessToken).username, username);
  });
});

describeChatd(
  "refresh after the grace",
  { set: { "auth.refresh_grace": "300ms" }, concurrency: true },
  (server, check) => {
    const api = new Api(server);

    check("a replay revokes the whole login session: tokens and sockets", async () => {
      const person = await Person.register(server);
      const otherDevice = await person.anotherDevice();
      const { body } = await api.post("/api/auth/refresh", { refreshToken: person.refreshToken }, 200);
      const tab = await person.open({ auth: { token: body.accessToken } });
      const otherTab = await otherDevice.open();
      await sleep(700);
      const ended = tab.ended();
      await api.post("/api/auth/refresh", { refreshToken: person.refreshToken }, 401);
      assert.equal(await ended, "io server disconnect");
      const dead = await api.get("/api/auth/me", { token: body.accessToken, status: 401 });
      assert.equal(dead.body.message, "Token has been invalidated");
      await api.post("/api/auth/refresh", { refreshToken: body.refreshToken }, 401);
      await otherDevice.get("/api/auth/me", 200);
      await otherTab.settle();
    });
  },
);

describeChatd("refresh across a restart", {}, (server, check) => {
  check("the same pair is answered again after a restart within the grace", async () => {
    const api = new Api(server);
    const person = await Person.register(server);
    const first = await api.post("/api/auth/refresh", { refreshToken: person.refreshToken }, 200);
    await server.restart();
    const replay = await api.post("/api/auth/refresh", { refreshToken: person.refreshToken }, 200);
    assert.deepEqual(tokensOf(replay), tokensOf(first));
    await api.get("/api/auth/me", { token: first.body.accessToken, status: 200 });
  });
});
