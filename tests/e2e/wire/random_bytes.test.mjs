// Valid traffic with random damage: whatever comes, the server lives on and answers the next client.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openPollingTarget } from "../support/engineio.mjs";
import { Random } from "../support/random.mjs";
import { RawHttp } from "../support/raw_http.mjs";
import { frame, handshakeRequest, opcode } from "../support/raw_websocket.mjs";
import { ask, connectStock } from "../support/socketio.mjs";
import { TestServer, patience } from "../support/test_server.mjs";

const rounds = 150;
const seed = 20260501;

const place = '{"_placeholder":true,"num":0}';
const packets = [
  "40",
  '40{"token":"abc"}',
  '40{"pid":"abc","offset":"def"}',
  "40/custom,",
  '42["message",1,"2",{"3":[false,null,1.5e3]}]',
  '42/custom,["message"]',
  '42456["message-with-ack","ğ🦄\\u00e7\\n"]',
  '431["late"]',
  "41",
  "41/custom,",
  `451-["message",${place}]`,
  '42["broadcast",["a"],[],"news",1]',
  '42["join","a"]',
  '42["ask",20,"question"]',
  "2probe",
  "3",
  "5",
];

for (const eio of [4, 3])
  describe(`damaged traffic of Engine.IO ${eio}, seed ${seed}`, () => {
    let server;
    let witness;
    const random = new Random(seed + eio);
    before(async () => {
      server = await TestServer.start("--recovery", ...patience);
      witness = await connectStock(server.http, { transports: ["websocket"] });
      witness.on("disconnect", (reason) => assert.fail(`the witness was disconnected: ${reason}`));
    });
    after(() => {
      witness.off("disconnect");
      return server.stop();
    });

    /** Sends the bytes on a connection of its own and lets the server answer for a moment. */
    async function throwAt(bytes) {
      const raw = await RawHttp.connect(server);
      raw.write(bytes);
      await Promise.race([raw.ended, new Promise((resolve) => setTimeout(resolve, 2))]);
      if (random.below(2)) raw.close();
      else raw.socket.resetAndDestroy();
    }

    const path = () => random.pick(["/engine.io/", "/socket.io/"]);
    const query = `EIO=${eio}&transport=`;

    it("as HTTP requests", async () => {
      for (let n = 0; n < rounds; n++) {
        const head = `GET ${path()}?${query}polling HTTP/1.1\r\nHost: ${server.host}\r\nAccept: */*\r\n\r\n`;
        await throwAt(random.mutate(head.repeat(1 + random.below(3))));
      }
      assert.equal(await ask(witness, "message-with-ack", "alive"), "alive");
    });

    it("as payloads of polling sessions", async () => {
      for (let n = 0; n < rounds; n++) {
        const target = await openPollingTarget(server, { path: path(), eio });
        const chosen = Array.from({ length: 1 + random.below(4) }, () => random.pick(packets));
        const whole =
          eio === 4 ? chosen.join("\x1e") : chosen.map((packet) => `${packet.length}:${packet}`).join("");
        const body = random.mutate(Buffer.from(whole));
        const type = random.pick(["text/plain;charset=UTF-8", "application/octet-stream"]);
        const head = `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
        await throwAt(
          Buffer.concat([Buffer.from(head), body, Buffer.from(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)]),
        );
      }
      assert.equal(await ask(witness, "message-with-ack", "alive"), "alive");
    });

    it("as WebSocket frames", async () => {
      for (let n = 0; n < rounds; n++) {
        const target = `${path()}?${query}websocket`;
        const frames = Array.from({ length: 1 + random.below(5) }, () =>
          frame(random.pick(Object.values(opcode)), random.pick(packets), { fin: random.below(4) > 0 }),
        );
        const damaged = random.mutate(Buffer.concat(frames));
        await throwAt(Buffer.concat([Buffer.from(handshakeRequest(server, { target })), damaged]));
      }
      assert.equal(await ask(witness, "message-with-ack", "alive"), "alive");
    });

    it("as packets in whole frames", async () => {
      for (let n = 0; n < rounds; n++) {
        const target = `/socket.io/?${query}websocket`;
        const sent = ["40", ...Array.from({ length: 1 + random.below(5) }, () => random.pick(packets))];
        const frames = sent.map((packet, at) => {
          const code = random.below(8) === 0 ? opcode.binary : opcode.text;
          return frame(code, at === 0 ? packet : random.mutate(Buffer.from(packet)));
        });
        await throwAt(Buffer.concat([Buffer.from(handshakeRequest(server, { target })), ...frames]));
      }
      assert.equal(await ask(witness, "message-with-ack", "alive"), "alive");
    });
  });
