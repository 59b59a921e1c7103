// Socket.IO protocol 5 packet by packet at /socket.io/, over WebSocket and polling.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { separator } from "../support/engineio.mjs";
import { connectRaw, openRaw, openRawPolling } from "../support/socketio.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { slowdown } from "../support/time.mjs";

describe("Socket.IO protocol 5", { concurrency: 4 }, () => {
  let server;
  before(async () => (server = await TestServer.start(...patience)));
  after(() => server.stop());

  async function openConnected() {
    const peer = await openRaw(server);
    await connectRaw(peer);
    return peer;
  }

  describe("CONNECT", () => {
    it("is answered with exactly the key sid, then the auth event", async () => {
      const peer = await openRaw(server);
      peer.send("40");
      const answer = await peer.next();
      assert.match(answer, /^40\{"sid":"[^"]+"\}$/);
      assert.equal(await peer.next(), '42["auth",{}]');
      peer.close();
    });

    it("gives the socket an id that is not the session's", async () => {
      const peer = await openRaw(server);
      const { connected } = await connectRaw(peer);
      assert.notEqual(connected.sid, peer.sid);
      peer.close();
    });

    const auths = ['{"token":"123"}', '{"z":1,"a":{"nested":[1,2,null]},"ş":"🦄"}', "{}"];
    for (const auth of auths)
      it(`hands the auth ${auth} over`, async () => {
        const peer = await openRaw(server);
        peer.send(`40${auth}`);
        await peer.next();
        assert.equal(await peer.next(), `42["auth",${auth}]`);
        peer.close();
      });

    it("reaches a namespace", async () => {
      const peer = await openRaw(server);
      peer.send("40/custom,");
      assert.match(await peer.next(), /^40\/custom,\{"sid":"[^"]+"\}$/);
      assert.equal(await peer.next(), '42/custom,["auth",{}]');
      peer.close();
    });

    it("reaches a namespace with auth", async () => {
      const peer = await openRaw(server);
      peer.send('40/custom,{"token":"abc"}');
      assert.match(await peer.next(), /^40\/custom,\{"sid":"[^"]+"\}$/);
      assert.equal(await peer.next(), '42/custom,["auth",{"token":"abc"}]');
      peer.close();
    });

    it("reaches two namespaces over one connection, each with an id of its own", async () => {
      const peer = await openRaw(server);
      const { connected } = await connectRaw(peer);
      peer.send("40/custom,");
      const custom = JSON.parse((await peer.next()).slice("40/custom,".length));
      assert.notEqual(custom.sid, connected.sid);
      peer.close();
    });

    it("is refused for an unknown namespace", async () => {
      const peer = await openRaw(server);
      peer.send("40/random");
      assert.equal(await peer.next(), '44/random,{"message":"Invalid namespace"}');
      peer.send("40");
      assert.match(await peer.next(), /^40\{"sid"/);
      peer.close();
    });

    for (const name of ["/constructor", "/__proto__", "/custom2", "/Custom"])
      it(`is refused for ${name}`, async () => {
        const peer = await openRaw(server);
        peer.send(`40${name},`);
        assert.equal(await peer.next(), `44${name},{"message":"Invalid namespace"}`);
        peer.close();
      });

    it("is refused by a middleware with message and data", async () => {
      const peer = await openRaw(server);
      peer.send('40/auth,{"token":"wrong"}');
      assert.equal(await peer.next(), '44/auth,{"message":"not authorized","data":{"code":"E_AUTH"}}');
      peer.send('40/auth,{"token":"let-me-in"}');
      assert.match(await peer.next(), /^40\/auth,\{"sid":"[^"]+"\}$/);
      peer.close();
    });

    it("works over polling, the answer and the auth event in order", async () => {
      const session = await openRawPolling(server);
      await session.post('40{"token":"123"}');
      const packets = await session.packets();
      if (packets.length === 1) packets.push(...(await session.packets()));
      assert.match(packets[0], /^40\{"sid":"[^"]+"\}$/);
      assert.equal(packets[1], '42["auth",{"token":"123"}]');
    });
  });

  describe("DISCONNECT", () => {
    it("of /custom leaves / usable", async () => {
      const peer = await openConnected();
      peer.send("40/custom,");
      await peer.next();
      await peer.next();
      peer.send("41/custom,");
      peer.send('42["message","message to main namespace"]');
      assert.equal(await peer.next(), '42["message-back","message to main namespace"]');
      peer.close();
    });

    it("of / leaves /custom connected, and / can be connected again", async () => {
      const peer = await openConnected();
      peer.send("40/custom,");
      await peer.next();
      await peer.next();
      peer.send("41");
      peer.send("40");
      assert.match(await peer.next(), /^40\{"sid"/);
      assert.equal(await peer.next(), '42["auth",{}]');
      peer.close();
    });
  });

  describe("EVENT", () => {
    const echoes = {
      "text, numbers and objects": '"1",2,{"3":[true]}',
      "no argument": "",
      "null and nested arrays": "null,[[],[[]]],{}",
      "escapes as they were": '"\\u00e7\\n\\"\\\\\\/"',
      "characters as they were": '"çğış 🦄"',
      "key order": '{"b":1,"a":2,"10":3,"1":4}',
      "numbers unchanged": "1.0,1e2,-0,12345678901234567890,0.1000,1E400,123456789.123456789",
      "keys of objects' prototypes": '{"__proto__":1,"constructor":2}',
      "a deep structure": `${"[".repeat(100)}${"]".repeat(100)}`,
      "100 000 characters": `"${"x".repeat(100_000)}"`,
    };
    for (const [name, args] of Object.entries(echoes))
      it(`passes ${name} on`, async () => {
        const peer = await openConnected();
        const tail = args === "" ? "" : `,${args}`;
        peer.send(`42["message"${tail}]`);
        assert.equal(await peer.next(), `42["message-back"${tail}]`);
        peer.close();
      });

    it("passes JSON on compactly", async () => {
      const peer = await openConnected();
      peer.send('42[ "message" ,\t{ "b" : [ 1 , 2 ] ,\n "a b" : " x " } ]');
      assert.equal(await peer.next(), '42["message-back",{"b":[1,2],"a b":" x "}]');
      peer.close();
    });

    it("takes the namespace written out", async () => {
      const peer = await openConnected();
      peer.send('42/,["message","hello"]');
      assert.equal(await peer.next(), '42["message-back","hello"]');
      peer.close();
    });

    it("does not hear events of a namespace that was not joined", async () => {
      const peer = await openConnected();
      peer.send('42["message","first"]');
      assert.equal(await peer.next(), '42["message-back","first"]');
      peer.close();
    });

    it("works over polling", async () => {
      const session = await openRawPolling(server);
      await session.post("40");
      let packets = [];
      while (packets.length < 2) packets.push(...(await session.packets()));
      await session.post(['42["message",1]', '42["message",2]', '427["message-with-ack"]'].join(separator));
      packets = [];
      while (packets.length < 3) packets.push(...(await session.packets()));
      assert.deepEqual(packets, ['42["message-back",1]', '42["message-back",2]', "437[]"]);
    });

    it("keeps the order of five hundred events", async () => {
      const peer = await openConnected();
      for (let n = 0; n < 500; n++) peer.send(`42["message",${n}]`);
      for (let n = 0; n < 500; n++) assert.equal(await peer.next(), `42["message-back",${n}]`);
      peer.close();
    });
  });

  describe("ACK", () => {
    const acks = [
      ['42456["message-with-ack",1,"2",{"3":[false]}]', '43456[1,"2",{"3":[false]}]'],
      ['420["message-with-ack"]', "430[]"],
      ['42999999["message-with-ack",null]', "43999999[null]"],
    ];
    for (const [event, ack] of acks)
      it(`answers ${event} with ${ack}`, async () => {
        const peer = await openConnected();
        peer.send(event);
        assert.equal(await peer.next(), ack);
        peer.close();
      });

    it("ignores acks of nothing", async () => {
      const peer = await openConnected();
      peer.send('4312345["late"]');
      peer.send("430[]");
      peer.send('42["message","alive"]');
      assert.equal(await peer.next(), '42["message-back","alive"]');
      peer.close();
    });
  });

  describe("BINARY", () => {
    const one = Buffer.from([1, 2, 3]);
    const two = Buffer.from([4, 5, 6]);
    const place = (num) => `{"_placeholder":true,"num":${num}}`;

    it("echoes an event with two attachments in order", async () => {
      const peer = await openConnected();
      peer.send(`452-["message",${place(0)},${place(1)}]`);
      peer.send(one);
      peer.send(two);
      assert.equal(await peer.next(), `452-["message-back",${place(0)},${place(1)}]`);
      assert.deepEqual(await peer.next(), one);
      assert.deepEqual(await peer.next(), two);
      peer.close();
    });

    it("echoes attachments deep inside other data", async () => {
      const peer = await openConnected();
      peer.send(`451-["message",{"a":[1,${place(0)}],"b":"x"}]`);
      peer.send(one);
      assert.equal(await peer.next(), `451-["message-back",{"a":[1,${place(0)}],"b":"x"}]`);
      assert.deepEqual(await peer.next(), one);
      peer.close();
    });

    it("acknowledges with attachments", async () => {
      const peer = await openConnected();
      peer.send(`452-789["message-with-ack",${place(0)},${place(1)}]`);
      peer.send(one);
      peer.send(two);
      assert.equal(await peer.next(), `462-789[${place(0)},${place(1)}]`);
      assert.deepEqual(await peer.next(), one);
      assert.deepEqual(await peer.next(), two);
      peer.close();
    });

    it("echoes an empty and a large attachment", async () => {
      const peer = await openConnected();
      const large = Buffer.alloc(900_000, 0xa5);
      peer.send(`452-["message",${place(0)},${place(1)}]`);
      peer.send(Buffer.alloc(0));
      peer.send(large);
      assert.equal(await peer.next(), `452-["message-back",${place(0)},${place(1)}]`);
      assert.equal((await peer.next()).length, 0);
      assert.deepEqual(await peer.next(), large);
      peer.close();
    });

    it("echoes over polling, attachments as base64 behind their packet", async () => {
      const session = await openRawPolling(server);
      await session.post("40");
      let packets = [];
      while (packets.length < 2) packets.push(...(await session.packets()));
      await session.post([`451-["message",${place(0)}]`, "bAQID", '42["message","behind"]'].join(separator));
      packets = [];
      while (packets.length < 3) packets.push(...(await session.packets()));
      assert.deepEqual(packets, [`451-["message-back",${place(0)}]`, "bAQID", '42["message-back","behind"]']);
    });
  });
});

describe("Socket.IO protocol 5 with the usual heartbeat", () => {
  let server;
  before(async () => (server = await TestServer.start()));
  after(() => server.stop());

  it("DISCONNECT leaves the connection open: the next packet seen is the ping", async () => {
    const peer = await openRaw(server, { answerPings: false });
    await connectRaw(peer);
    peer.send("41");
    assert.equal(await peer.next(), "2");
    peer.send("3");
    assert.equal(await peer.next(), "2");
    peer.close();
  });

  it("CONNECT must come in time", async () => {
    const peer = await openRaw(server);
    const start = performance.now();
    await peer.waitClosed("the connection without CONNECT is closed");
    assert.ok(performance.now() - start < 3000 * slowdown);
  });
});
