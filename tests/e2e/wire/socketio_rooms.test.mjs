// Rooms, broadcasts, volatile emits, server-side acks and disconnects, through the test server's own events.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  ask,
  broadcast,
  connectStock,
  connected,
  join,
  leave,
  nextEvent,
  stockClient,
} from "../support/socketio.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { slowdown, within } from "../support/time.mjs";

for (const transports of [["websocket"], ["polling"]])
  describe(`Socket.IO rooms over ${transports}`, { concurrency: 4 }, () => {
    let server;
    before(async () => (server = await TestServer.start(...patience)));
    after(() => server.stop());

    const open = () => connectStock(server.http, { transports });

    /** Opens one client per list of rooms; each notes the `news` it hears. */
    async function openMembers(...roomLists) {
      return Promise.all(
        roomLists.map(async (rooms) => {
          const socket = await open();
          socket.heard = [];
          socket.on("news", (...args) => socket.heard.push(args));
          for (const room of rooms) assert.equal(await join(socket, room), true);
          return socket;
        }),
      );
    }

    /** Order is kept per socket, so everything sent before the answers has been heard after them. */
    const settle = (sockets) =>
      Promise.all(sockets.map((socket) => ask(socket, "message-with-ack", "settle")));
    const heard = (sockets) => sockets.map((socket) => socket.heard.map(([first]) => first));
    const closeAll = (sockets) => sockets.forEach((socket) => socket.disconnect());

    it("reach the members and nobody else", async () => {
      const all = await openMembers(["a1"], ["a1"], ["other"], []);
      assert.equal(await broadcast(all[2], { rooms: ["a1"] }, "news", "hello"), true);
      await settle(all);
      assert.deepEqual(heard(all), [["hello"], ["hello"], [], []]);
      closeAll(all);
    });

    it("include the sender when it is a member", async () => {
      const all = await openMembers(["b1"], ["b1"]);
      await broadcast(all[0], { rooms: ["b1"] }, "news", 1);
      await settle(all);
      assert.deepEqual(heard(all), [[1], [1]]);
      closeAll(all);
    });

    it("as a union reach each socket once", async () => {
      const all = await openMembers(["c1", "c2", "c3"], ["c2"], ["c3", "c1"], ["c4"]);
      await broadcast(all[3], { rooms: ["c1", "c2", "c3", "c1", "nobody"] }, "news", "once");
      await settle(all);
      assert.deepEqual(heard(all), [["once"], ["once"], ["once"], []]);
      closeAll(all);
    });

    it("leave out sockets of excepted rooms, whatever else they are in", async () => {
      const all = await openMembers(["d1"], ["d1", "d2"], ["d3", "d1"], ["d2"]);
      await broadcast(all[0], { rooms: ["d1", "d2"], except: ["d2", "nobody"] }, "news", "some");
      await settle(all);
      assert.deepEqual(heard(all), [["some"], [], ["some"], []]);
      closeAll(all);
    });

    it("forget those who left or were never there", async () => {
      const all = await openMembers(["e1"], ["e1"], ["e1"]);
      assert.equal(await leave(all[1], "e1"), true);
      assert.equal(await leave(all[1], "e1"), true);
      all[2].disconnect();
      await broadcast(all[0], { rooms: ["e1"] }, "news", "left");
      await settle(all.slice(0, 2));
      assert.deepEqual(heard(all), [["left"], [], []]);
      closeAll(all);
    });

    it("count a member that joined twice once", async () => {
      const all = await openMembers(["f1", "f1"]);
      await broadcast(all[0], { rooms: ["f1"] }, "news", "first");
      await leave(all[0], "f1");
      await broadcast(all[0], { rooms: ["f1"] }, "news", "second");
      await settle(all);
      assert.deepEqual(heard(all), [["first"]]);
      closeAll(all);
    });

    it("do not outlive the membership of an earlier socket", async () => {
      const [watcher] = await openMembers([]);
      const socket = await open();
      await join(socket, "g1");
      socket.disconnect();
      socket.connect();
      await connected(socket);
      socket.on("news", () => assert.fail("a new socket is in no room"));
      await broadcast(watcher, { rooms: ["g1"] }, "news", "gone");
      await settle([watcher, socket]);
      closeAll([watcher, socket]);
    });

    it("carry several arguments and binary", async () => {
      const all = await openMembers(["h1"], ["h1"]);
      const data = Buffer.from([1, 2, 3]);
      await broadcast(all[0], { rooms: ["h1"] }, "news", "text", { n: [1, null], data }, data);
      await settle(all);
      for (const socket of all) assert.deepEqual(socket.heard, [["text", { n: [1, null], data }, data]]);
      closeAll(all);
    });

    it("keep the order of events from one sender", async () => {
      const all = await openMembers(["i1"], ["i1"], ["i1"]);
      const sent = Array.from({ length: 200 }, (_, n) => n);
      for (const n of sent) all[0].emit("broadcast", ["i1"], [], "news", n);
      await settle(all.slice(0, 1));
      await settle(all);
      assert.deepEqual(heard(all), [sent, sent, sent]);
      closeAll(all);
    });

    it("take any name", async () => {
      const names = ["", "__proto__", "a,b", "çğ🦄", "x".repeat(1000), "/", "\u0000"];
      for (const name of names) {
        const all = await openMembers([name], []);
        await broadcast(all[1], { rooms: [name] }, "news", name);
        await settle(all);
        assert.deepEqual(heard(all), [[name], []]);
        closeAll(all);
      }
    });

    describe("volatile emits", () => {
      // Whether a poll is waiting at that moment is chance, so polling has only the next test.
      if (transports[0] !== "polling")
        it("reach a client that is listening", async () => {
          const all = await openMembers(["v1"], ["v1"]);
          assert.equal(await broadcast(all[0], { rooms: ["v1"], as: "volatile" }, "news", "light"), true);
          await settle(all);
          assert.deepEqual(heard(all), [["light"], ["light"]]);
          closeAll(all);
        });

      it("are never repeated, whether they arrive or not", async () => {
        const all = await openMembers(["v2"], ["v2"]);
        for (let n = 0; n < 20; n++) await broadcast(all[0], { rooms: ["v2"], as: "volatile" }, "news", n);
        await settle(all);
        for (const list of heard(all)) {
          const ascending = [...new Set(list)].sort((a, b) => a - b);
          assert.deepEqual(list, ascending);
        }
        closeAll(all);
      });
    });

    describe("questions of the server", () => {
      it("are answered with all arguments", async () => {
        const socket = await open();
        socket.on("question", (...args) => args.pop()("answer", ...args));
        const answer = await ask(socket, "ask", 2000 * slowdown, "how", { many: 2 });
        assert.deepEqual(answer, { ok: true, answer: ["answer", "how", { many: 2 }] });
        socket.disconnect();
      });

      it("are answered with binary", async () => {
        const socket = await open();
        const data = Buffer.from([7, 8, 9]);
        socket.on("question", (answer) => answer(data, { data }));
        assert.deepEqual(await ask(socket, "ask", 2000 * slowdown), { ok: true, answer: [data, { data }] });
        socket.disconnect();
      });

      it("time out, and a late answer changes nothing", async () => {
        const socket = await open();
        let late;
        socket.on("question", (answer) => (late = answer));
        const start = performance.now();
        assert.deepEqual(await ask(socket, "ask", 60), { ok: false, error: "timeout" });
        assert.ok(performance.now() - start >= 55);
        late("too late");
        assert.equal(await ask(socket, "message-with-ack", "alive"), "alive");
        socket.disconnect();
      });

      it("may be many at once", async () => {
        const socket = await open();
        socket.on("question", (n, answer) => setTimeout(answer, (n * 7) % 20, n));
        const asked = Array.from({ length: 50 }, (_, n) => ask(socket, "ask", 2000 * slowdown, n));
        const expected = Array.from({ length: 50 }, (_, n) => ({ ok: true, answer: [n] }));
        assert.deepEqual(await Promise.all(asked), expected);
        socket.disconnect();
      });
    });

    describe("kick", () => {
      it("disconnects the members from the namespace and leaves their connection", async () => {
        const all = await openMembers(["k1"], ["k1"], ["k2"]);
        const custom = await connected(all[0].io.socket("/custom"));
        custom.on("disconnect", (reason) => assert.fail(reason));
        const reasons = all.slice(0, 2).map((socket) => nextEvent(socket, "disconnect"));
        all[2].emit("kick", "k1");
        for (const reason of reasons) assert.equal((await reason)[0], "io server disconnect");
        assert.equal(all[0].active, false);
        assert.equal(await ask(all[2], "message-with-ack", "still here"), "still here");
        all[0].connect();
        await connected(all[0]);
        custom.off("disconnect");
        closeAll([...all, custom]);
      });

      it("closes their connection too when asked", async () => {
        const all = await openMembers(["k3"], []);
        const closed = within(
          new Promise((resolve) => all[0].io.engine.once("close", resolve)),
          "the transport closes",
        );
        const reason = nextEvent(all[0], "disconnect");
        all[1].emit("kick", "k3", true);
        assert.equal((await reason)[0], "io server disconnect");
        await closed;
        assert.equal(all[0].active, false);
        closeAll(all);
      });
    });

    describe("middleware", () => {
      const auth = (token) => stockClient(server.http, { namespace: "/auth", transports, auth: { token } });

      it("refuses with message and data", async () => {
        const socket = auth("wrong");
        const refusal = await connected(socket).catch((error) => error);
        assert.equal(refusal.message, "not authorized");
        assert.deepEqual(refusal.data, { code: "E_AUTH" });
        assert.equal(socket.active, false);
        socket.disconnect();
      });

      it("accepts after a refusal, with the auth of that attempt", async () => {
        const socket = auth("wrong");
        await assert.rejects(connected(socket));
        socket.auth = { token: "let-me-in" };
        socket.connect();
        await connected(socket);
        socket.disconnect();
      });
    });
  });
