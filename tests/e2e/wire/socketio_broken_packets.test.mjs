// Socket.IO packets that break the protocol: the connection is closed, the server lives on.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import WebSocket from "ws";
import { connectRaw, openRaw, openRawPolling } from "../support/socketio.mjs";
import { TestServer, patience } from "../support/test_server.mjs";

describe("broken Socket.IO packets close the connection", { concurrency: 4 }, () => {
  let server;
  before(async () => (server = await TestServer.start(...patience)));
  after(() => server.stop());

  async function openConnected() {
    const peer = await openRaw(server);
    await connectRaw(peer);
    return peer;
  }

  const first = [
    "4abc",
    '42["message"]',
    "41",
    "43[]",
    "4",
    "49",
    '451-["message",{"_placeholder":true,"num":0}]',
  ];
  for (const packet of first)
    it(`first packet ${packet}`, async () => {
      const peer = await openRaw(server);
      peer.send(packet);
      await peer.waitClosed();
    });

  it("first packet is binary", async () => {
    const peer = await openRaw(server);
    peer.send(Buffer.from([1, 2, 3]));
    await peer.waitClosed();
  });

  const later = [
    "4abc",
    "4",
    "47",
    "42{}",
    "42[]",
    "42[1",
    '42["message",]',
    '42["message",01]',
    '42["message",nul]',
    '42["message","\u0001"]',
    '42["message"]x',
    '42abc["message-with-ack",1,"2",{"3":[false]}]',
    "42[{}]",
    "42[null]",
    '42"message"',
    "431{}",
    "40{",
    "40[]",
    '45["message"]',
    '45-["message"]',
    '451["message"]',
    '45-1-["message"]',
    '451-["message",{"_placeholder":true,"num":1}]',
    '451-["message",{"_placeholder":true,"num":-1}]',
    '451-["message",{"_placeholder":true,"num":"0"}]',
  ];
  for (const packet of later)
    it(`after CONNECT ${packet.slice(0, 60)}`, async () => {
      const peer = await openConnected();
      peer.send(packet);
      if (packet.startsWith("451-")) peer.send(Buffer.from([1]));
      await peer.waitClosed();
    });

  const harmless = ["42", "43", "43[]", `42["message",${"[".repeat(200_000)}${"]".repeat(200_000)}]`];
  for (const packet of harmless)
    it(`or are ignored or echoed: ${packet.slice(0, 30)}`, async () => {
      const peer = await openConnected();
      peer.send(packet);
      peer.send('42["message","behind"]');
      const outcome = await Promise.race([
        peer.closed.then(() => "closed"),
        peer.next().catch(() => "closed"),
      ]);
      assert.match(outcome, /^closed$|^42\["message-back",("behind"|\[+\]+)\]$/);
      peer.close();
    });

  it("binary nobody announced", async () => {
    const peer = await openConnected();
    peer.send(Buffer.from([1, 2, 3]));
    await peer.waitClosed();
  });

  it("text where an attachment is due", async () => {
    const peer = await openConnected();
    peer.send('451-["message",{"_placeholder":true,"num":0}]');
    peer.send('42["message","too early"]');
    await peer.waitClosed();
  });

  it("more attachments announced than anyone can send", async () => {
    const peer = await openConnected();
    peer.send('45999999999-["message",{"_placeholder":true,"num":0}]');
    await peer.waitClosed();
  });

  it("attachments that add up to more than a connection may hold", async () => {
    const peer = await openConnected();
    peer.send('451000-["message"]');
    const attachment = Buffer.alloc(900_000);
    for (let n = 0; n < 64 && peer.socket.readyState === WebSocket.OPEN; n++)
      await new Promise((resolve) => peer.socket.send(attachment, resolve));
    await peer.waitClosed();
  });

  for (const packet of ["4abc", "42{}", '42abc["message"]'])
    it(`over polling ${packet}`, async () => {
      const session = await openRawPolling(server);
      await session.post("40");
      await session.post(packet).catch(() => {});
      let status = 200;
      for (let n = 0; n < 3 && status === 200; n++) status = (await session.poll()).status;
      assert.equal(status, 400);
    });
});
