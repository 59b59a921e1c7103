// Who may open a socket: where the token stands, refusals, expired tokens (contract section 9).
import assert from "node:assert/strict";
import { describeChatd, jwtSecret, patience, sleep, until } from "../support/chatd.mjs";
import { altered, claimsOf, expired, sign } from "../support/jwt.mjs";
import { connected, openSocket, Person, Tab } from "../support/people.mjs";
import { RawSocket, rawSocketOf } from "../support/raw_socket.mjs";

/** Short enough to be waited for, long enough to open a socket meanwhile. */
const tokenLife = patience(2000);

const texts = {
  missing: "Authentication token required",
  revoked: "Token has been revoked",
  expired: "Token has expired",
  invalid: "Invalid access token",
  nobody: "User not found or inactive",
};

async function assertRefused(promise, message) {
  const error = await promise.then(
    () => assert.fail("the socket was connected"),
    (reason) => reason,
  );
  assert.equal(error.message, message);
  assert.match(error.data?.code, /^[A-Z][A-Z_]+$/, "CONNECT_ERROR carries data.code");
}

describeChatd("socket authentication", { concurrency: true }, (server, check) => {
  const open = (options) => connected(openSocket(server, options));

  for (const prefix of ["", "Bearer "]) {
    const name = prefix ? "with the prefix Bearer" : "bare";
    check(`auth.token, header and query carry the token ${name}`, async () => {
      const { token } = await Person.register(server);
      const value = prefix + token;
      for (const options of [
        { auth: { token: value } },
        { extraHeaders: { authorization: value } },
        { query: { token: value } },
        { auth: { token: value }, transports: ["polling"] },
        { extraHeaders: { authorization: value }, transports: ["polling"] },
        { query: { token: value }, transports: ["polling"] },
      ]) {
        const socket = await open(options);
        assert.equal(typeof socket.id, "string");
      }
    });
  }

  check("auth.token stands before the header, the header before the query", async () => {
    const { token } = await Person.register(server);
    const header = { authorization: `Bearer ${token}` };
    await assertRefused(
      open({ auth: { token: "wrong" }, extraHeaders: header, query: { token } }),
      texts.invalid,
    );
    await assertRefused(
      open({ extraHeaders: { authorization: "Bearer wrong" }, query: { token } }),
      texts.invalid,
    );
    await open({ extraHeaders: header, query: { token: "wrong" } });
    await open({
      auth: { token },
      extraHeaders: { authorization: "Bearer wrong" },
      query: { token: "wrong" },
    });
  });

  check("no token", async () => {
    for (const options of [
      {},
      { auth: {} },
      { auth: { token: "" } },
      { auth: { token: null } },
      { transports: ["polling"] },
    ]) {
      await assertRefused(open(options), texts.missing);
    }
  });

  check("a token that is no access token", async () => {
    const { token, refreshToken } = await Person.register(server);
    for (const bad of [
      "garbage",
      "a.b.c",
      refreshToken,
      sign(claimsOf(token), "", { alg: "none", typ: "JWT" }),
      sign(claimsOf(token), "another secret"),
      altered(token, { typ: "refresh" }, jwtSecret),
    ]) {
      await assertRefused(open({ auth: { token: bad } }), texts.invalid);
    }
  });

  check("a token of another type than text", async () => {
    for (const token of [17, true, {}, ["x"]]) {
      const error = await open({ auth: { token } }).then(
        () => assert.fail("connected"),
        (reason) => reason,
      );
      assert.ok([texts.missing, texts.invalid].includes(error.message), error.message);
    }
  });

  check("an expired token", async () => {
    const { token } = await Person.register(server);
    await assertRefused(open({ auth: { token: expired(token, jwtSecret) } }), texts.expired);
  });

  check("a revoked token", async () => {
    const person = await Person.register(server);
    await person.post("/api/auth/logout", undefined, 200);
    await assertRefused(open({ auth: { token: person.token } }), texts.revoked);
  });

  check("a token of nobody", async () => {
    const { token } = await Person.register(server);
    const id = "01890000-0000-7000-8000-000000000000";
    const forged = altered(
      token,
      { sub: id, userId: id, id, sid: "01890000-0000-7000-8000-000000000001" },
      jwtSecret,
    );
    const error = await open({ auth: { token: forged } }).then(
      () => assert.fail("connected"),
      (reason) => reason,
    );
    assert.ok([texts.nobody, texts.revoked, texts.invalid].includes(error.message), error.message);
  });

  check("an unknown namespace", async () => {
    const { token } = await Person.register(server);
    const raw = new RawSocket(server);
    await raw.opened();
    raw.send(`40/nowhere,${JSON.stringify({ token })}`);
    assert.equal(await raw.startingWith("44/nowhere,"), '44/nowhere,{"message":"Invalid namespace"}');
  });

  check("EIO 3: the refusal is a JSON string, credentials come from header or query", async () => {
    const { token } = await Person.register(server);
    const refusal = async (options) => {
      const raw = new RawSocket(server, options);
      await raw.opened();
      return raw.startingWith("44");
    };
    assert.equal(await refusal({ query: "EIO=3&transport=websocket" }), `44"${texts.missing}"`);
    assert.equal(await refusal({ query: "EIO=3&transport=websocket&token=garbage" }), `44"${texts.invalid}"`);
    const stale = expired(token, jwtSecret);
    assert.equal(
      await refusal({ query: `EIO=3&transport=websocket&token=${stale}` }),
      `44"${texts.expired}"`,
    );
    for (const options of [
      { query: `EIO=3&transport=websocket&token=${token}` },
      { query: "EIO=3&transport=websocket", headers: { authorization: `Bearer ${token}` } },
    ]) {
      const raw = new RawSocket(server, options);
      await raw.opened();
      assert.equal(await raw.startingWith("40"), "40", "connected without a CONNECT");
    }
  });

  check("CONNECT_ERROR leaves the server free of the refused socket", async () => {
    const { token } = await Person.register(server);
    const raw = new RawSocket(server);
    await raw.opened();
    const answer = await raw.connect({ token: "wrong" });
    assert.equal(answer.refused, true);
    assert.equal(answer.message, texts.invalid);
    raw.frames.length = 0;
    const again = await raw.connect({ token });
    assert.equal(again.refused, false, "the same connection may try again");
  });
});

describeChatd(
  "a socket outlives its access token",
  { set: { "auth.access_token_ttl": `${tokenLife}ms` }, concurrency: true },
  (server, check) => {
    check("it stays when the token runs out, and hears and says as before", async () => {
      const person = await Person.register(server);
      const friend = await Person.register(server);
      const { id: conversationId } = await person.conversationWith(friend);
      const tab = await person.open();
      await sleep(tokenLife + 1300);
      await person.get("/api/auth/me", 401);
      assert.ok(tab.socket.connected);
      await tab.do("send_message", { conversationId, content: "still here" });
      await tab.waitFor("message_received");
      await assertRefused(person.open(), texts.expired);
    });

    check("strict: an expired token comes back with the pid of its session", async () => {
      const person = await Person.register(server);
      const socket = openSocket(server, {
        auth: { token: person.token },
        reconnection: true,
        reconnectionDelay: 50,
        reconnectionDelayMax: 100,
      });
      const tab = new Tab(socket);
      await connected(socket);
      await sleep(tokenLife + 1300);
      socket.io.engine.close();
      await until(() => socket.connected, "the reconnection with an expired token");
      assert.equal(socket.recovered, true);
      await tab.settle();
    });

    check("strict: a pid of somebody else, of another session, or a made-up one does not help", async () => {
      const person = await Person.register(server);
      const [other, device] = [await Person.register(server), await person.anotherDevice()];
      const pids = ["made-up"];
      for (const owner of [other, device]) pids.push((await rawSocketOf(owner)).welcome.pid);
      await sleep(tokenLife + 1300);
      for (const pid of pids) {
        const { welcome } = await rawSocketOf(person, { auth: { pid } });
        assert.equal(welcome.refused, true);
        assert.equal(welcome.message, texts.expired);
      }
    });

    check("strict: a pid is no longer good after logout", async () => {
      const person = await Person.register(server);
      const { raw, welcome } = await rawSocketOf(person);
      await person.post("/api/auth/logout", undefined, 200);
      await raw.closed;
      const again = await rawSocketOf(person, { auth: { pid: welcome.pid } });
      assert.equal(again.welcome.refused, true);
    });
  },
);

describeChatd(
  "a pid after a restart",
  { set: { "auth.access_token_ttl": `${tokenLife}ms` } },
  (server, check) => {
    check("still lets an expired token in, though nothing can be replayed", async () => {
      const person = await Person.register(server);
      const { welcome } = await rawSocketOf(person);
      await server.restart();
      await sleep(tokenLife + 1300);
      const again = await rawSocketOf(person, { auth: { pid: welcome.pid } });
      assert.equal(again.welcome.refused, false, JSON.stringify(again.welcome));
      const without = await rawSocketOf(person);
      assert.equal(without.welcome.message, texts.expired);
    });
  },
);

describeChatd(
  "auth.socket_token_grace=session",
  { set: { "auth.socket_token_grace": "session" } },
  (server, check) => {
    check("an expired token is accepted while its login session lives", async () => {
      const person = await Person.register(server);
      const stale = expired(person.token, jwtSecret);
      const tab = await person.open({ auth: { token: stale } });
      await tab.settle();
      await person.get("/api/auth/me", { token: stale, status: 401 });
      const ended = tab.ended();
      await person.post("/api/auth/logout", undefined, 200);
      assert.equal(await ended, "io server disconnect");
      await assertRefused(person.open({ auth: { token: stale } }), texts.revoked);
    });
  },
);
