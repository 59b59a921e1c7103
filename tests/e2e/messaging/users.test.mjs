// User lists and the online calls (contract section 3).
import assert from "node:assert/strict";
import { assertRefused, isoTime } from "../support/api.mjs";
import { describeChatd, until } from "../support/chatd.mjs";
import { assertHasFields, Person, uniqueName, userFields } from "../support/people.mjs";

describeChatd("users", { set: { "presence.linger": "300ms" } }, (server, check) => {
  const family = uniqueName("zz");
  const people = [];

  check("the list leaves the caller out and is ordered by user name", async () => {
    for (const first of ["carol", "alice", "bob"]) {
      people.push(
        await Person.register(server, {
          username: `${family}${first}`,
          phone: `+4915${people.length}1234567`,
        }),
      );
    }
    const [carol] = people;
    const { body, text } = await carol.get("/api/users/list", 200);
    assert.deepEqual(body.users, body.data);
    assert.equal(body.count, body.data.length);
    assert.deepEqual(
      body.data.map(({ username }) => username),
      [`${family}alice`, `${family}bob`],
    );
    for (const item of body.data)
      assertHasFields(
        item,
        ["id", "_id", "username", "email", "role", "isActive", "lastSeen", "isOnline"],
        "user",
      );
    assert.ok(!/\+4915[12]/.test(text), "nobody sees another's phone");
    for (const item of body.data) assert.ok(!item.phone && !item.whatsappNumber);
  });

  check("/api/user/list is the same with the caller", async () => {
    const [carol] = people;
    const { body } = await carol.get("/api/user/list", 200);
    assert.deepEqual(
      body.data.map(({ username }) => username),
      ["alice", "bob", "carol"].map((name) => family + name),
    );
    assert.equal(body.count, 3);
    assertHasFields(body.data[2], userFields, "the own row");
  });

  check("search finds a part of a name in any case", async () => {
    const [carol] = people;
    const { body } = await carol.get(`/api/users/list?search=${family.toUpperCase()}AL`, 200);
    assert.deepEqual(
      body.data.map(({ username }) => username),
      [`${family}alice`],
    );
    const nothing = await carol.get("/api/users/list?search=%25_%25", 200);
    assert.deepEqual(nothing.body.data, [], "wildcards of SQL mean themselves");
  });

  check("pages", async () => {
    const [carol] = people;
    const page = async (number) => (await carol.get(`/api/user/list?page=${number}&limit=2`, 200)).body;
    const [first, second] = [await page(1), await page(2)];
    assert.equal(first.data.length, 2);
    assert.equal(second.data.length, 1);
    assert.equal(first.pagination.total, 3);
    assert.equal(first.pagination.totalPages, 2);
    assert.equal(first.pagination.hasMore, true);
    assert.equal(second.pagination.hasMore, false);
    const cut = await carol.get("/api/users/list?limit=5000", 200);
    assert.equal(cut.body.pagination.limit, 1000);
  });

  for (const query of ["limit=0", "limit=-1", "limit=abc", "limit=1.5", "page=0", "page=x", "page="]) {
    check(`?${query} is a 400`, async () => {
      const answer = await people[0].get(`/api/users/list?${query}`, 400);
      assertRefused(answer, 400, "VALIDATION_ERROR", { field: query.split("=")[0] });
    });
  }

  check("a list answers ETag and honours If-None-Match", async () => {
    const [carol, , bob] = people;
    for (const target of ["/api/users/list", "/api/user/list"]) {
      const { headers } = await carol.get(target, 200);
      assert.ok(headers.etag);
      const same = await carol.get(target, { headers: { "if-none-match": headers.etag }, status: 304 });
      assert.equal(same.text, "");
      assert.equal(same.headers.etag, headers.etag);
    }
    const before = await carol.get("/api/users/list", 200);
    await bob.put("/api/auth/profile", { firstName: "Bobby" }, 200);
    await carol.get("/api/users/list", { headers: { "if-none-match": before.headers.etag }, status: 200 });
  });

  check("count, status and list of those who are online", async () => {
    const [carol, alice, bob] = people;
    const count = async () => (await carol.get("/api/users/online/count", 200)).body.data;
    assert.equal((await count()).onlineUserCount, 0);
    assert.match((await count()).timestamp, isoTime);
    const tabs = [await alice.open(), await alice.open(), await bob.open()];
    assert.equal((await count()).onlineUserCount, 2, "users, not sockets");

    const status = async ({ id }) => (await carol.get(`/api/users/online/status/${id}`, 200)).body.data;
    assert.deepEqual(Object.keys(await status(alice)).sort(), [
      "isOnline",
      "lastSeen",
      "timestamp",
      "userId",
    ]);
    assert.equal((await status(alice)).isOnline, true);
    assert.equal((await status(alice)).userId, alice.id);
    assert.equal((await status(carol)).isOnline, false);

    const { data } = (await carol.get("/api/users/online/list", 200)).body;
    assert.equal(data.onlineUserCount, 2);
    assert.deepEqual([...data.onlineUserIds].sort(), [alice.id, bob.id].sort());
    assert.deepEqual(
      data.onlineUsers.map(({ userId }) => userId),
      data.onlineUserIds,
    );
    for (const item of data.onlineUsers)
      assertHasFields(item, ["id", "_id", "userId", "username", "email", "lastSeen"], "online user");

    const rows = (await carol.get("/api/users/list", 200)).body.data;
    assert.ok(rows.every(({ isOnline }) => isOnline === true));

    const begun = new Date().toISOString();
    for (const tab of tabs) tab.close();
    await until(async () => (await count()).onlineUserCount === 0, "everybody offline");
    const seen = await status(alice);
    assert.equal(seen.isOnline, false);
    assert.ok(seen.lastSeen >= begun, "last seen when the last tab closed");
  });

  check("the status of nobody is a 404", async () => {
    for (const id of ["01890000-0000-7000-8000-000000000000", "x", "%20", "%F0%9F%98%80"]) {
      assertRefused(await people[0].get(`/api/users/online/status/${id}`, 404), 404, "NOT_FOUND");
    }
  });

  check("people who share a conversation with the caller stand first", async () => {
    const [carol, alice, bob] = people;
    const stranger = await Person.register(server);
    await carol.conversationWith(bob);
    for (const person of [stranger, alice, bob]) await person.open();
    const { data } = (await carol.get("/api/users/online/list", 200)).body;
    assert.equal(data.onlineUserIds[0], bob.id);
    assert.equal(data.onlineUserCount, 3);
  });
});
