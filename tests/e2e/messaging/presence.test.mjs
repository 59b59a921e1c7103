// user_online and user_offline: once per user, after the linger, to the right audience (sections 3 and 9).
import assert from "node:assert/strict";
import { isoTime } from "../support/api.mjs";
import { describeChatd, patience, sleep } from "../support/chatd.mjs";
import { pair, Person } from "../support/people.mjs";

const about =
  ({ id }) =>
  (data) =>
    data.userId === id;

const linger = patience(400);

describeChatd(
  "presence for everybody",
  { set: { "presence.audience": "all", "presence.linger": `${linger}ms` }, concurrency: true },
  (server, check) => {
    check("strangers hear the first socket and the linger after the last one, once each", async () => {
      const [watcher, person] = [await Person.register(server), await Person.register(server)];
      const view = await watcher.open();
      const tabs = [await person.open(), await person.open({ transports: ["polling"] })];
      const online = await view.waitFor("user_online", about(person));
      assert.deepEqual(Object.keys(online).sort(), ["timestamp", "userId", "username"]);
      assert.equal(online.username, person.name);
      assert.match(online.timestamp, isoTime);
      tabs[0].close();
      await sleep(linger + 300);
      await view.settle();
      assert.equal(view.all("user_offline", about(person)).length, 0, "a tab is still open");
      tabs[1].close();
      const offline = await view.waitFor("user_offline", about(person));
      assert.equal(offline.username, person.name);
      await view.settle();
      assert.equal(view.all("user_online", about(person)).length, 1);
      assert.equal(view.all("user_offline", about(person)).length, 1);
    });

    check("a page reload inside the linger is not noticed", async () => {
      const [watcher, person] = [await Person.register(server), await Person.register(server)];
      const view = await watcher.open();
      const tab = await person.open();
      await view.waitFor("user_online", about(person));
      view.forget();
      tab.close();
      await sleep(50);
      await person.open();
      await sleep(linger + 400);
      await view.settle();
      assert.deepEqual(
        view.heard.filter(({ data }) => data?.userId === person.id),
        [],
      );
    });

    check("a connection that just dies goes offline too", async () => {
      const [watcher, person] = [await Person.register(server), await Person.register(server)];
      const view = await watcher.open();
      const tab = await person.open();
      await view.waitFor("user_online", about(person));
      tab.socket.io.engine.transport.ws.terminate();
      await view.waitFor("user_offline", about(person));
    });

    check("logout takes the user offline", async () => {
      const [watcher, person] = [await Person.register(server), await Person.register(server)];
      const view = await watcher.open();
      await person.open();
      await view.waitFor("user_online", about(person));
      await person.post("/api/auth/logout", undefined, 200);
      await view.waitFor("user_offline", about(person));
    });
  },
);

describeChatd(
  "presence for contacts",
  { set: { "presence.audience": "contacts", "presence.linger": "200ms" } },
  (server, check) => {
    check("only people who share a conversation hear it", async () => {
      const { alice, bob } = await pair(server);
      const stranger = await Person.register(server);
      const [bobView, strangerView] = [await bob.open(), await stranger.open()];
      const tab = await alice.open();
      await bobView.waitFor("user_online", about(alice));
      tab.close();
      await bobView.waitFor("user_offline", about(alice));
      await strangerView.settle();
      assert.deepEqual(
        strangerView.heard.filter(({ event }) => event.startsWith("user_o")),
        [],
      );
    });
  },
);

describeChatd("presence after a crash", { set: { "presence.linger": "200ms" } }, (server, check) => {
  check("leaves no ghosts", async () => {
    const [watcher, person] = [await Person.register(server), await Person.register(server)];
    await person.open();
    await server.restart({ hard: true });
    const { data } = (await watcher.get("/api/users/online/count", 200)).body;
    assert.equal(data.onlineUserCount, 0);
    const { body } = await watcher.get(`/api/users/online/status/${person.id}`, 200);
    assert.equal(body.data.isOnline, false);
  });
});
