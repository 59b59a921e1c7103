// PUT /api/auth/profile (contract section 2).
import assert from "node:assert/strict";
import { Api, assertRefused } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { Person, uniqueName } from "../support/people.mjs";

const refused = [
  ["a short user name", { username: "ab" }, "username"],
  ["a bad e-mail", { email: "nope" }, "email"],
  ["an avatar that is not a URL", { avatar: "me.png" }, "avatar"],
  ["an avatar with a script URL", { avatar: "javascript:alert(1)" }, "avatar"],
  ["an avatar of more than 500 bytes", { avatar: `https://example.com/${"a".repeat(500)}` }, "avatar"],
  ["a phone that is not E.164", { phone: "12" }, "phone"],
  ["a first name that is a number", { firstName: 7 }, "firstName"],
];

describeChatd("profile", { concurrency: true }, (server, check) => {
  const api = new Api(server);
  const login = (email, password, status) => api.post("/api/auth/login", { email, password }, status);

  check("changed fields are answered as by me, and stay", async () => {
    const person = await Person.register(server);
    const username = uniqueName("renamed");
    const change = {
      username,
      email: `${username}@Example.org`,
      avatar: "https://example.com/a.png",
      firstName: "Ali",
      lastName: "Can",
    };
    const { body } = await person.put("/api/auth/profile", change, 200);
    const expected = { ...change, email: change.email.toLowerCase(), fullName: "Ali Can" };
    for (const [field, value] of Object.entries(expected)) {
      assert.equal(body.data[field], value, field);
      assert.equal(body.user[field], value, field);
      assert.equal(body.data.user[field], value, field);
    }
    const again = await person.get("/api/auth/me", 200);
    assert.deepEqual({ ...again.body.user, lastSeen: null }, { ...body.user, lastSeen: null });
    await login(expected.email, person.password, 200);
    await login(person.user.email, person.password, 401);
  });

  check("an empty change changes nothing", async () => {
    const person = await Person.register(server);
    const { body } = await person.put("/api/auth/profile", {});
    assert.equal(body.user?.username ?? person.name, person.name);
  });

  for (const [what, change, field] of refused) {
    check(`${what} is a 400`, async () => {
      const person = await Person.register(server);
      assertRefused(await person.put("/api/auth/profile", change, 400), 400, "VALIDATION_ERROR", { field });
    });
  }

  check("somebody else's name or e-mail is 400 CONFLICT; one's own in other case is fine", async () => {
    const [alice, bob] = [await Person.register(server), await Person.register(server)];
    for (const [field, value] of [
      ["username", alice.name.toUpperCase()],
      ["email", alice.user.email.toUpperCase()],
    ]) {
      assertRefused(await bob.put("/api/auth/profile", { [field]: value }, 400), 400, "CONFLICT", { field });
    }
    const { body } = await bob.put("/api/auth/profile", { username: bob.name.toUpperCase() }, 200);
    assert.equal(body.user.username, bob.name.toUpperCase());
  });

  check("a role or an id cannot be set", async () => {
    const person = await Person.register(server);
    await person.put("/api/auth/profile", { role: "ADMIN", isActive: false, id: "x", firstName: "Eve" });
    const { body } = await person.get("/api/auth/me", 200);
    assert.deepEqual([body.user.role, body.user.isActive, body.user.id], ["USER", true, person.id]);
  });

  check("a new password needs the current one", async () => {
    const person = await Person.register(server);
    const change = (body) => person.put("/api/auth/profile", body, 400);
    assertRefused(await change({ newPassword: "next password" }), 400, "VALIDATION_ERROR");
    assert.equal((await change({ currentPassword: "wrong", newPassword: "next password" })).status, 400);
    assertRefused(
      await change({ currentPassword: person.password, newPassword: "12345" }),
      400,
      "VALIDATION_ERROR",
      { field: "newPassword" },
    );
    await login(person.user.email, person.password, 200);
  });

  check("a new password signs every other session out and keeps this one", async () => {
    const here = await Person.register(server);
    const there = await here.anotherDevice();
    const [hereTab, thereTab] = await Promise.all([here.open(), there.open()]);
    const ended = thereTab.ended();
    await here.put(
      "/api/auth/profile",
      { currentPassword: here.password, newPassword: "next password" },
      200,
    );
    assert.equal(await ended, "io server disconnect");
    const dead = await there.get("/api/auth/me", 401);
    assert.equal(dead.body.message, "Token has been invalidated");
    await api.post("/api/auth/refresh", { refreshToken: there.refreshToken }, 401);
    await here.get("/api/auth/me", 200);
    await api.post("/api/auth/refresh", { refreshToken: here.refreshToken }, 200);
    await hereTab.settle();
    await login(here.user.email, here.password, 401);
    await login(here.user.email, "next password", 200);
  });
});
