// Clients that stop reading: volatile events are dropped first, then the connection goes; nobody else notices.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ask, broadcast, connectStock, connectRaw, connected, join, openRaw } from "../support/socketio.mjs";
import { TcpProxy } from "../support/tcp_proxy.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { eventually, sleep, slowdown } from "../support/time.mjs";

const filler = "x".repeat(10_000);
const budget = 1024 * 1024;
const budgeted = ["--send-budget", String(budget)];
/** Enough to fill the budget, the kernel's buffers and then some. */
const flood = 600;

describe("clients that stop reading", () => {
  let server;
  let publisher;
  before(async () => {
    server = await TestServer.start("--recovery", ...patience, ...budgeted);
    publisher = await connectStock(server.http, { transports: ["websocket"] });
  });
  after(() => server.stop());

  const publish = (room, n, as) => broadcast(publisher, { rooms: [room], as }, "news", n, filler);

  async function openMember(room) {
    const proxy = await TcpProxy.start(server.port);
    const socket = await connectStock(proxy.http, { transports: ["websocket"] });
    const heard = [];
    socket.on("news", (n) => heard.push(n));
    await join(socket, room);
    return { proxy, socket, heard };
  }

  it("miss volatile events and stay connected", async () => {
    const { proxy, socket, heard } = await openMember("light");
    socket.on("disconnect", (reason) => assert.fail(reason));
    proxy.stall();
    for (let n = 0; n < flood; n++) await publish("light", n, "volatile");
    proxy.unstall();
    assert.equal(await ask(socket, "message-with-ack", "alive"), "alive");
    assert.ok(heard.length < flood, `${heard.length} of ${flood} came`);
    socket.off("disconnect");
    socket.disconnect();
    await proxy.stop();
  });

  it("are cut when the budget is used up, come back and have missed nothing", async () => {
    const { proxy, socket, heard } = await openMember("heavy");
    let cuts = 0;
    socket.on("disconnect", () => cuts++);
    proxy.stall();
    for (let n = 0; n < flood; n++) await publish("heavy", n);
    proxy.unstall();
    await eventually(() => cuts === 1, "the stalled connection is cut");
    await connected(socket);
    assert.equal(socket.recovered, true);
    await eventually(() => heard.length >= flood, "everything arrives");
    await ask(socket, "message-with-ack", "settle");
    assert.deepEqual(
      heard,
      Array.from({ length: flood }, (_, n) => n),
    );
    socket.disconnect();
    await proxy.stop();
  });

  it("cost no more than their budget and hold nobody up", async () => {
    const slow = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const peer = await openRaw(server);
        await connectRaw(peer);
        peer.send('421["join","crowd"]');
        await peer.next();
        return peer;
      }),
    );
    const { socket, proxy, heard } = await openMember("crowd");
    for (const peer of slow) peer.socket._socket.pause();
    const before = await server.residentBytes();
    let worst = 0;
    for (let n = 0; n < flood; n++) {
      const start = performance.now();
      await publish("crowd", n);
      worst = Math.max(worst, performance.now() - start);
    }
    const growth = (await server.residentBytes()) - before;
    const shared = flood * filler.length;
    assert.ok(growth < slow.length * budget + 2 * shared + 16 * budget, `${growth} bytes more`);
    assert.ok(worst < 500 * slowdown, `${worst} ms for one broadcast`);
    await eventually(() => heard.length === flood, "the reader hears everything");
    for (const peer of slow) peer.socket._socket.resume();
    for (const peer of slow) await peer.waitClosed("the connection that did not read is closed");
    socket.disconnect();
    await proxy.stop();
  });
});

describe("clients that answer heartbeats but read nothing", () => {
  let server;
  before(async () => (server = await TestServer.start(...budgeted)));
  after(() => server.stop());

  it("are cut as well", async () => {
    const publisher = await connectStock(server.http, { transports: ["websocket"] });
    const peer = await openRaw(server);
    await connectRaw(peer);
    peer.send('421["join","blind"]');
    await peer.next();
    let closed = false;
    peer.closed.then(() => (closed = true));
    peer.socket._socket.pause();
    const pongs = setInterval(() => peer.socket.readyState === 1 && peer.send("3"), 100).unref();
    for (let n = 0; n < flood; n++) await broadcast(publisher, { rooms: ["blind"] }, "news", n, filler);
    await sleep(200 * slowdown);
    peer.socket._socket.resume();
    await eventually(() => closed, "the connection that did not read is closed");
    clearInterval(pongs);
    publisher.disconnect();
  });
});
