// Connection state recovery packet by packet: who gets a pid, what is replayed, what a ghost may not do.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { engineUrl, parseOpen, Peer } from "../support/engineio.mjs";
import { broadcast, connectStock, connectRaw, join, openRaw, openRawPolling } from "../support/socketio.mjs";
import { TcpProxy } from "../support/tcp_proxy.mjs";
import { TestServer, patience } from "../support/test_server.mjs";

const lastArgument = (packet) => JSON.parse(packet.slice(packet.indexOf("["))).at(-1);
const isConnected = (packet) => typeof packet === "string" && packet.startsWith("40{");
const withoutOffset = (packet) => JSON.parse(packet.slice(packet.indexOf("["))).slice(0, -1);

describe("Socket.IO recovery protocol", { concurrency: 4 }, () => {
  let server;
  let publisher;
  before(async () => {
    server = await TestServer.start("--recovery", ...patience);
    publisher = await connectStock(server.http, { transports: ["websocket"] });
  });
  after(() => server.stop());

  /** A raw socket in a room of its own: its pid, the room, and the offset of its last event. */
  async function openMember(room, via = server) {
    const peer = await openRaw(via);
    const { connected, authEvent } = await connectRaw(peer);
    peer.send(`421["join",${JSON.stringify(room)}]`);
    assert.equal(await peer.next(), "431[true]");
    return { peer, room, sid: connected.sid, pid: connected.pid, offset: authEvent.at(-1) };
  }

  async function comeBack({ pid, offset }, options) {
    const peer = await openRaw(server, options);
    peer.send(`40${JSON.stringify({ pid, ...(offset === undefined ? {} : { offset }) })}`);
    peer.early = [];
    for (;;) {
      const packet = await peer.next("the answer to a CONNECT with pid");
      if (isConnected(packet)) return { peer, answer: JSON.parse(packet.slice(2)) };
      peer.early.push(packet);
    }
  }

  /** Replayed packets may come before or behind the answer to CONNECT; stock clients take both. */
  const next = (peer, what) => (peer.early?.length > 0 ? peer.early.shift() : peer.next(what));

  const publish = (room, ...args) => broadcast(publisher, { rooms: [room] }, "news", ...args);

  /** The next `count` packets that are not the auth event of a new connection. */
  async function readNews(peer, count) {
    const news = [];
    while (news.length < count) {
      const packet = await next(peer, `${count} replayed events, ${news.length} came`);
      if (!packet.startsWith('42["auth"')) news.push(packet);
    }
    return news;
  }

  /** Everything that came before the echo of a message sent now; nothing of it may be news. */
  async function assertNoMoreNews(peer) {
    peer.send('429["message-with-ack","settle"]');
    for (;;) {
      const packet = await next(peer, "the ack that ends the news");
      if (packet.startsWith("439[")) return;
      assert.match(packet, /^42\["auth"/);
    }
  }

  describe("CONNECT", () => {
    it("answers with exactly sid and pid", async () => {
      const peer = await openRaw(server);
      const { connected } = await connectRaw(peer);
      assert.deepEqual(Object.keys(connected).sort(), ["pid", "sid"]);
      assert.notEqual(connected.pid, connected.sid);
      peer.close();
    });

    it("gives an offset as last argument to events, not to acks", async () => {
      const peer = await openRaw(server);
      const { authEvent } = await connectRaw(peer);
      assert.equal(authEvent.length, 3);
      assert.equal(typeof authEvent[2], "string");
      peer.send('42["message","hello",1]');
      const back = await peer.next();
      assert.deepEqual(withoutOffset(back), ["message-back", "hello", 1]);
      assert.equal(typeof lastArgument(back), "string");
      assert.notEqual(lastArgument(back), authEvent[2]);
      peer.send('425["message-with-ack","hello"]');
      assert.equal(await peer.next(), '435["hello"]');
      peer.close();
    });

    it("gives the offset behind binary placeholders", async () => {
      const peer = await openRaw(server);
      await connectRaw(peer);
      peer.send('451-["message",{"_placeholder":true,"num":0}]');
      peer.send(Buffer.from([1, 2, 3]));
      const back = await peer.next();
      assert.match(back, /^451-\["message-back",\{"_placeholder":true,"num":0\},"[^"]+"\]$/);
      assert.deepEqual(await peer.next(), Buffer.from([1, 2, 3]));
      peer.close();
    });

    const without = {
      "python-engineio (transport before EIO)": ["transport=websocket&EIO=4", {}],
      Dart: ["EIO=4&transport=websocket", { headers: { "User-Agent": "Dart/3.2 (dart:io)" } }],
      "a handshake with recovery=0": ["EIO=4&transport=websocket&recovery=0", {}],
    };
    for (const [name, [query, options]] of Object.entries(without))
      it(`gives neither pid nor offset to ${name}`, async () => {
        const peer = new Peer(`${server.ws}/socket.io/?${query}`, options);
        parseOpen(await peer.next());
        const { connected, authEvent } = await connectRaw(peer, { token: "a" });
        assert.deepEqual(Object.keys(connected), ["sid"]);
        assert.deepEqual(authEvent, ["auth", { token: "a" }]);
        const room = `plain ${name}`;
        peer.send(`421["join",${JSON.stringify(room)}]`);
        assert.equal(await peer.next(), "431[true]");
        await publish(room, "x");
        assert.equal(await peer.next(), '42["news","x"]');
        peer.send('42["message",1]');
        assert.equal(await peer.next(), '42["message-back",1]');
        peer.close();
      });

    it("gives neither to Engine.IO 3", async () => {
      const peer = await openRaw(server, { eio: 3 });
      assert.equal(await peer.next(), "40");
      assert.equal(await peer.next(), '42["auth",{}]');
      peer.close();
    });
  });

  describe("a CONNECT with pid and offset", () => {
    it("keeps sid, pid and rooms and replays what was missed, in order", async () => {
      const member = await openMember("r1");
      member.peer.close();
      for (let n = 0; n < 20; n++) await publish(member.room, n);
      const { peer, answer } = await comeBack(member);
      assert.deepEqual(answer, { sid: member.sid, pid: member.pid });
      const news = await readNews(peer, 20);
      assert.deepEqual(
        news.map(withoutOffset),
        Array.from({ length: 20 }, (_, n) => ["news", n]),
      );
      await assertNoMoreNews(peer);
      await publish(member.room, "live");
      assert.deepEqual((await readNews(peer, 1)).map(withoutOffset), [["news", "live"]]);
      peer.close();
    });

    it("replays only what lies behind the offset", async () => {
      const member = await openMember("r2");
      for (const n of [1, 2, 3]) await publish(member.room, n);
      const seen = await readNews(member.peer, 3);
      member.peer.close();
      await publish(member.room, 4);
      const { peer } = await comeBack({ ...member, offset: lastArgument(seen[1]) });
      assert.deepEqual((await readNews(peer, 2)).map(withoutOffset), [
        ["news", 3],
        ["news", 4],
      ]);
      await assertNoMoreNews(peer);
      peer.close();
    });

    it("replays nothing of other rooms, nor of rooms that except this socket", async () => {
      const member = await openMember("r3");
      member.peer.close();
      await publish("r3 other", "not for you");
      await broadcast(publisher, { rooms: ["r3 other", "r3"], except: ["r3"] }, "news", "not for you either");
      await broadcast(publisher, { rooms: ["r3 other", "r3"] }, "news", "for you");
      const { peer } = await comeBack(member);
      assert.deepEqual((await readNews(peer, 1)).map(withoutOffset), [["news", "for you"]]);
      await assertNoMoreNews(peer);
      peer.close();
    });

    it("replays no volatile events", async () => {
      const member = await openMember("r4");
      member.peer.close();
      await broadcast(publisher, { rooms: [member.room], as: "volatile" }, "news", "light");
      await publish(member.room, "heavy");
      const { peer } = await comeBack(member);
      assert.deepEqual((await readNews(peer, 1)).map(withoutOffset), [["news", "heavy"]]);
      await assertNoMoreNews(peer);
      peer.close();
    });

    it("replays binary", async () => {
      const member = await openMember("r5");
      member.peer.close();
      await publish(member.room, Buffer.from([7, 8]), "text");
      const { peer } = await comeBack(member);
      const [packet] = await readNews(peer, 1);
      assert.match(packet, /^451-\["news",\{"_placeholder":true,"num":0\},"text","[^"]+"\]$/);
      assert.deepEqual(await next(peer), Buffer.from([7, 8]));
      peer.close();
    });

    it("may be repeated after each loss", async () => {
      const member = await openMember("r6");
      for (let round = 0; round < 4; round++) {
        member.peer.close();
        await publish(member.room, round);
        const { peer, answer } = await comeBack(member);
        assert.deepEqual(answer, { sid: member.sid, pid: member.pid });
        const [packet] = await readNews(peer, 1);
        assert.deepEqual(withoutOffset(packet), ["news", round]);
        Object.assign(member, { peer, offset: lastArgument(packet) });
      }
      member.peer.close();
    });

    it("works over polling", async () => {
      const member = await openMember("r7");
      member.peer.close();
      for (const n of [1, 2]) await publish(member.room, n);
      const session = await openRawPolling(server);
      await session.post(`40${JSON.stringify({ pid: member.pid, offset: member.offset })}`);
      const packets = [];
      while (packets.filter((packet) => packet.startsWith('42["news"')).length < 2)
        packets.push(...(await session.packets()));
      const answer = packets.find(isConnected);
      assert.deepEqual(JSON.parse(answer.slice(2)), { sid: member.sid, pid: member.pid });
      const news = packets.filter((packet) => packet.startsWith('42["news"'));
      assert.deepEqual(news.map(withoutOffset), [
        ["news", 1],
        ["news", 2],
      ]);
    });
  });

  describe("a CONNECT that does not recover", () => {
    async function assertNew(member) {
      const { peer, answer } = await comeBack(member);
      assert.equal(typeof answer.sid, "string");
      assert.equal(typeof answer.pid, "string");
      assert.notEqual(answer.pid, member.pid);
      assert.match(await next(peer), /^42\["auth",/);
      await publish(member.room ?? "none", "not for a new socket");
      await assertNoMoreNews(peer);
      peer.close();
    }

    it("has an unknown pid", () => assertNew({ pid: "unknown", offset: "unknown" }));

    for (const pid of [null, 1, {}, [], "", "__proto__", "x".repeat(10_000)])
      it(`has the pid ${JSON.stringify(pid).slice(0, 20)}`, () => assertNew({ pid, offset: "a" }));

    it("has an offset that never was", async () => {
      const member = await openMember("n1");
      member.peer.close();
      await assertNew({ ...member, offset: "never-was" });
    });

    it("comes after the client disconnected on purpose", async () => {
      const member = await openMember("n2");
      member.peer.send("41");
      member.peer.close();
      await assertNew(member);
    });

    it("comes after the server disconnected the socket", async () => {
      const member = await openMember("n3");
      publisher.emit("kick", "n3", true);
      await member.peer.waitClosed();
      await assertNew(member);
    });
  });

  it("takes a pid without an offset for the position at CONNECT", async () => {
    const member = await openMember("p1");
    await publish(member.room, 1);
    await readNews(member.peer, 1);
    member.peer.close();
    await publish(member.room, 2);
    const { peer, answer } = await comeBack({ pid: member.pid });
    assert.deepEqual(answer, { sid: member.sid, pid: member.pid });
    assert.deepEqual((await readNews(peer, 2)).map(withoutOffset), [
      ["news", 1],
      ["news", 2],
    ]);
    await assertNoMoreNews(peer);
    peer.close();
  });

  describe("ghosts", () => {
    it("lose their session to a client that comes back while they look alive", async () => {
      const member = await openMember("g1");
      const { peer, answer } = await comeBack(member);
      assert.deepEqual(answer, { sid: member.sid, pid: member.pid });
      await member.peer.waitClosed("the ghost's transport is closed");
      await publish(member.room, "once");
      assert.deepEqual((await readNews(peer, 1)).map(withoutOffset), [["news", "once"]]);
      await assertNoMoreNews(peer);
      peer.close();
    });

    it("swallow nothing: what was sent into a frozen connection is replayed", async () => {
      const proxy = await TcpProxy.start(server.port);
      const member = await openMember("g2", proxy);
      proxy.freeze();
      for (const n of [1, 2, 3]) await publish(member.room, n);
      const { peer, answer } = await comeBack(member);
      assert.deepEqual(answer, { sid: member.sid, pid: member.pid });
      assert.deepEqual((await readNews(peer, 3)).map(withoutOffset), [
        ["news", 1],
        ["news", 2],
        ["news", 3],
      ]);
      await assertNoMoreNews(peer);
      peer.close();
      await proxy.stop();
    });

    it("of polling, whose answer vanished, are recovered from the last offset that arrived", async () => {
      const proxy = await TcpProxy.start(server.port);
      const session = await openRawPolling(proxy);
      await session.post("40");
      let packets = [];
      while (packets.length < 2) packets.push(...(await session.packets()));
      const { pid, sid } = JSON.parse(packets[0].slice(2));
      const offset = lastArgument(packets[1]);
      await session.post('421["join","g3"]');
      assert.deepEqual(await session.packets(), ["431[true]"]);
      const vanished = await session.startPoll();
      proxy.freeze();
      await publish("g3", "lost with the answer");
      const { peer, answer } = await comeBack({ pid, offset });
      assert.deepEqual(answer, { sid, pid });
      assert.deepEqual((await readNews(peer, 1)).map(withoutOffset), [["news", "lost with the answer"]]);
      const stale = await fetch(engineUrl(server.http, session.query, "/socket.io/"));
      assert.equal(stale.status, 400);
      peer.close();
      await proxy.stop();
      assert.equal(await vanished.answer, null);
    });
  });
});
