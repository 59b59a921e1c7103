// Tokens of an older back end with the same secret, accepted only on request (contract section 2).
import assert from "node:assert/strict";
import { Api } from "../support/api.mjs";
import { describeChatd, jwtSecret, sleep } from "../support/chatd.mjs";
import { claimsOf, sign } from "../support/jwt.mjs";
import { Person } from "../support/people.mjs";

const hour = 3600;

/** A token as 000 describes it: no `typ`, no `sid`. */
function legacyToken(user, changes = {}) {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { userId: user.id, email: user.email, username: user.username, iat, exp: iat + hour };
  return sign({ ...claims, ...changes }, jwtSecret);
}

describeChatd(
  "auth.accept_legacy",
  { set: { "auth.accept_legacy": true }, concurrency: true },
  (server, check) => {
    const api = new Api(server);
    const me = (token, status) => api.get("/api/auth/me", { token, status });

    check("the user stands in sub, userId or id", async () => {
      const { user } = await Person.register(server);
      await sleep(1100);
      for (const ids of [{}, { userId: undefined, sub: user.id }, { userId: undefined, id: user.id }]) {
        const { body } = await me(legacyToken(user, ids), 200);
        assert.equal(body.user.id, user.id);
      }
    });

    check("such a token opens a socket", async () => {
      const person = await Person.register(server);
      await sleep(1100);
      const tab = await person.open({ auth: { token: legacyToken(person.user) } });
      await tab.settle();
    });

    check(
      "it is refused when too long, expired, naming nobody, naming two, or signed otherwise",
      async () => {
        const [alice, bob] = [await Person.register(server), await Person.register(server)];
        await sleep(1100);
        const now = Math.floor(Date.now() / 1000);
        const { user } = alice;
        for (const token of [
          legacyToken(user, { exp: now + 25 * hour }),
          legacyToken(user, { iat: now - 2 * hour, exp: now - hour }),
          legacyToken(user, { exp: undefined }),
          legacyToken(user, { userId: undefined }),
          legacyToken(user, { userId: "nobody" }),
          legacyToken(user, { sub: bob.id }),
          sign(claimsOf(legacyToken(user)), "another secret"),
        ]) {
          await me(token, 401);
        }
      },
    );

    check("logout blacklists it", async () => {
      const { user } = await Person.register(server);
      await sleep(1100);
      const token = legacyToken(user);
      await api.post("/api/auth/logout", undefined, { token, status: 200 });
      const dead = await me(token, 401);
      assert.equal(dead.body.message, "Token has been invalidated");
    });

    check("one issued before the last password change is refused", async () => {
      const person = await Person.register(server);
      await sleep(1100);
      const old = legacyToken(person.user);
      await me(old, 200);
      await sleep(1100);
      await person.put(
        "/api/auth/profile",
        { currentPassword: person.password, newPassword: "next password" },
        200,
      );
      await me(old, 401);
    });
  },
);
