// Random joins, leaves, broadcasts and lost connections against a model of what each socket must hear.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Random } from "../support/random.mjs";
import { ask, broadcast, connectStock, connected, join, leave, nextEvent } from "../support/socketio.mjs";
import { TcpProxy } from "../support/tcp_proxy.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { eventually } from "../support/time.mjs";

const rooms = ["red", "green", "blue", "white"];
const steps = 300;

/** A client behind a proxy, and what it must have heard. */
class Member {
  rooms = new Set();
  heard = [];
  expected = [];

  static async open(server, transports) {
    const member = new Member();
    member.proxy = await TcpProxy.start(server.port);
    member.socket = await connectStock(member.proxy.http, { transports });
    member.socket.on("news", (n) => member.heard.push(n));
    return member;
  }

  isIn(names) {
    return names.some((name) => this.rooms.has(name));
  }
}

for (const seed of [1, 2, 3])
  for (const transports of [["websocket"], ["polling"]])
    describe(`rooms against their model over ${transports}, seed ${seed}`, () => {
      let server;
      let publisher;
      before(async () => {
        server = await TestServer.start("--recovery", ...patience);
        publisher = await connectStock(server.http, { transports: ["websocket"] });
      });
      after(() => server.stop());

      it("each socket hears what it must, once and in order", async () => {
        const random = new Random(seed);
        const members = await Promise.all(Array.from({ length: 6 }, () => Member.open(server, transports)));

        const actions = {
          async join(member) {
            const room = random.pick(rooms);
            await join(member.socket, room);
            member.rooms.add(room);
          },
          async leave(member) {
            const room = random.pick(rooms);
            await leave(member.socket, room);
            member.rooms.delete(room);
          },
          async broadcast(_, step) {
            const [to, except] = [random.some(rooms), random.some(random.some(rooms))];
            if (to.length === 0) to.push(random.pick(rooms));
            for (const member of members)
              if (member.isIn(to) && !member.isIn(except)) member.expected.push(step);
            await broadcast(publisher, { rooms: to, except }, "news", step);
          },
          /** The client is away for some broadcasts and comes back recovered. */
          async lose(member, step) {
            // Replay goes by the rooms of the end, so the offset must lie behind the last join.
            const settled = nextEvent(member.socket, "message-back");
            member.socket.emit("message", "settle");
            await settled;
            const gone = nextEvent(member.socket, "disconnect");
            member.proxy.goOffline();
            await gone;
            for (let n = 0; n < 3; n++) await actions.broadcast(member, step + n / 4);
            member.proxy.online();
            await connected(member.socket);
            assert.equal(member.socket.recovered, true);
          },
        };
        const names = ["join", "join", "leave", "broadcast", "broadcast", "broadcast", "broadcast"];

        for (let step = 0; step < steps; step++) {
          const name = step % 25 === 24 ? "lose" : random.pick(names);
          await actions[name](random.pick(members), step);
        }
        for (const member of members) {
          await eventually(() => member.heard.length >= member.expected.length, "all news arrive");
          await ask(member.socket, "message-with-ack", "settle");
          assert.deepEqual(member.heard, member.expected);
        }
      });
    });
