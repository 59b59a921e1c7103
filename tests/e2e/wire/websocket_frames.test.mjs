// Framing, control frames, UTF-8, closing and limits of RFC 6455 (sections 5 to 8), frame by frame.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { RawWebSocket, closeFrame, frame, opcode } from "../support/raw_websocket.mjs";
import { TestServer, patience } from "../support/test_server.mjs";
import { sleep } from "../support/time.mjs";

const { continuation, text, binary, close, ping, pong } = opcode;
const maxPayload = 1_000_000;

describe("WebSocket frames", { concurrency: 4 }, () => {
  let server;
  before(async () => (server = await TestServer.start(...patience)));
  after(() => server.stop());

  const open = () => RawWebSocket.open(server);

  /** The close code with which the server ends a connection on which these bytes arrive. */
  async function closeCodeAfter(...frames) {
    const peer = await open();
    peer.write(Buffer.concat(frames));
    const code = await peer.closeCode();
    peer.close();
    return code;
  }

  /** What the echo answers to these bytes. */
  async function answers(count, ...frames) {
    const peer = await open();
    peer.write(Buffer.concat(frames));
    const received = [];
    while (received.length < count) received.push(await peer.next());
    peer.close();
    return received;
  }

  const echoOf = async (...frames) => (await answers(1, ...frames))[0];

  describe("fragmentation", () => {
    it("joins a text of three fragments", async () => {
      const echo = await echoOf(
        frame(text, "4he", { fin: false }),
        frame(continuation, "ll", { fin: false }),
        frame(continuation, "o"),
      );
      assert.equal(echo.payload.toString(), "4hello");
      assert.equal(echo.code, text);
    });

    it("joins binary fragments", async () => {
      const echo = await echoOf(frame(binary, [1, 2], { fin: false }), frame(continuation, [3]));
      assert.deepEqual([...echo.payload], [1, 2, 3]);
      assert.equal(echo.code, binary);
    });

    it("joins empty fragments", async () => {
      const empty = (code, fin) => frame(code, "", { fin });
      const echo = await echoOf(
        empty(text, false),
        frame(continuation, "4x", { fin: false }),
        empty(continuation, false),
        empty(continuation, true),
      );
      assert.equal(echo.payload.toString(), "4x");
    });

    it("joins a thousand fragments of one byte", async () => {
      const body = `4${"abcdefghij".repeat(100)}`;
      const parts = [...body].map((byte, at) =>
        frame(at === 0 ? text : continuation, byte, { fin: at === body.length - 1 }),
      );
      assert.equal((await echoOf(...parts)).payload.toString(), body);
    });

    it("joins UTF-8 split inside a character", async () => {
      const body = Buffer.from("4ğ€🦄");
      const parts = [...body].map((byte, at) =>
        frame(at === 0 ? text : continuation, [byte], { fin: at === body.length - 1 }),
      );
      assert.equal((await echoOf(...parts)).payload.toString(), "4ğ€🦄");
    });

    it("answers a ping between fragments before the message", async () => {
      const [first, second] = await answers(
        2,
        frame(text, "4he", { fin: false }),
        frame(ping, "now"),
        frame(continuation, "llo"),
      );
      assert.deepEqual([first.code, first.payload.toString()], [pong, "now"]);
      assert.equal(second.payload.toString(), "4hello");
    });

    it("takes a close between fragments", async () => {
      assert.equal(await closeCodeAfter(frame(text, "4he", { fin: false }), closeFrame(1000)), 1000);
    });

    const wrong = {
      "a continuation of nothing": [frame(continuation, "4hello")],
      "a continuation of nothing, unfinished": [frame(continuation, "4hello", { fin: false })],
      "a continuation after a complete message": [frame(text, "4a"), frame(continuation, "4b")],
      "a new text inside a message": [frame(text, "4he", { fin: false }), frame(text, "4llo")],
      "a new binary inside a message": [frame(text, "4he", { fin: false }), frame(binary, "llo")],
    };
    for (const [name, frames] of Object.entries(wrong))
      it(`refuses ${name} with 1002`, async () => assert.equal(await closeCodeAfter(...frames), 1002));
  });

  describe("bytes on the wire", () => {
    it("reads a frame that comes one byte at a time", async () => {
      const peer = await open();
      peer.raw.socket.setNoDelay(true);
      for (const byte of frame(text, `4${"x".repeat(130)}`)) {
        peer.write(Buffer.from([byte]));
        await new Promise(setImmediate);
      }
      assert.equal((await peer.next()).payload.length, 131);
      peer.close();
    });

    it("reads many frames of one segment in order", async () => {
      const bodies = Array.from({ length: 200 }, (_, n) => `4${n}`);
      const echoes = await answers(200, ...bodies.map((body) => frame(text, body)));
      assert.deepEqual(
        echoes.map(({ payload }) => payload.toString()),
        bodies,
      );
    });

    for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 65_537])
      it(`uses the shortest length field for ${length} bytes`, async () => {
        const echo = await echoOf(frame(binary, Buffer.alloc(length, 7)));
        assert.equal(echo.payload.length, length);
        assert.equal(echo.form, length < 126 ? 7 : length < 65_536 ? 16 : 64);
        assert.deepEqual([echo.fin, echo.rsv, echo.masked], [true, 0, false]);
      });
  });

  describe("protocol errors close with 1002", () => {
    const cases = {
      "an unmasked text": [frame(text, "4hello", { mask: false })],
      "an unmasked ping": [frame(ping, "", { mask: false })],
      "an unmasked close": [frame(close, "", { mask: false })],
      RSV1: [frame(text, "4hello", { rsv: 4 })],
      RSV2: [frame(text, "4hello", { rsv: 2 })],
      RSV3: [frame(binary, "hello", { rsv: 1 })],
      "RSV1 on a ping": [frame(ping, "", { rsv: 4 })],
      "RSV1 on a continuation": [frame(text, "4a", { fin: false }), frame(continuation, "b", { rsv: 4 })],
      "a fragmented ping": [frame(ping, "", { fin: false })],
      "a fragmented pong": [frame(pong, "", { fin: false })],
      "a fragmented close": [frame(close, "", { fin: false })],
      "a ping of 126 bytes": [frame(ping, "x".repeat(126))],
      "a pong of 126 bytes": [frame(pong, "x".repeat(126))],
      "a close of 126 bytes": [closeFrame(1000, "x".repeat(124))],
      "a ping of 65 536 bytes": [frame(ping, "x".repeat(65_536))],
      "a 16-bit length for 125 bytes": [frame(binary, "x".repeat(125), { form: 16 })],
      "a 16-bit length for a ping of 5 bytes": [frame(ping, "hello", { form: 16 })],
      "a 64-bit length for 125 bytes": [frame(binary, "x".repeat(125), { form: 64 })],
      "a 64-bit length for 65 535 bytes": [frame(binary, "x".repeat(65_535), { form: 64 })],
    };
    for (const code of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) cases[`opcode ${code}`] = [frame(code, "x")];
    for (const [name, frames] of Object.entries(cases))
      it(name, async () => assert.equal(await closeCodeAfter(...frames), 1002));

    it("a 64-bit length with the highest bit set", async () => {
      const huge = frame(binary, "", { form: 64, claim: 2n ** 63n + 5n });
      assert.ok([1002, 1009].includes(await closeCodeAfter(huge)));
    });

    it("hears nothing behind the error", async () => {
      const peer = await open();
      peer.write(Buffer.concat([frame(text, "4before"), frame(3, ""), frame(text, "4behind")]));
      assert.equal((await peer.next()).payload.toString(), "4before");
      assert.equal(await peer.closeCode(), 1002);
    });
  });

  describe("UTF-8", () => {
    const valid = {
      "two bytes": [0xc2, 0x80],
      "three bytes": [0xe0, 0xa0, 0x80],
      "below the surrogates": [0xed, 0x9f, 0xbf],
      "above the surrogates": [0xee, 0x80, 0x80],
      "a non-character": [0xef, 0xbf, 0xbe],
      "the last code point": [0xf4, 0x8f, 0xbf, 0xbf],
      NUL: [0x00],
    };
    for (const [name, bytes] of Object.entries(valid))
      it(`takes ${name}`, async () => {
        const echo = await echoOf(frame(text, [0x34, ...bytes]));
        assert.deepEqual([...echo.payload], [0x34, ...bytes]);
      });

    const invalid = {
      "a lone continuation byte": [0x80],
      "a cut two-byte sequence": [0xc3],
      "a cut sequence in the middle": [0xe2, 0x82, 0x41],
      "a cut four-byte sequence": [0xf0, 0x9f, 0xa6],
      "an overlong slash": [0xc0, 0xaf],
      "an overlong three-byte form": [0xe0, 0x80, 0xaf],
      "an overlong four-byte form": [0xf0, 0x80, 0x80, 0xaf],
      "the first surrogate": [0xed, 0xa0, 0x80],
      "a surrogate pair": [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
      "beyond U+10FFFF": [0xf4, 0x90, 0x80, 0x80],
      "a five-byte form": [0xf8, 0x88, 0x80, 0x80, 0x80],
      "0xfe": [0xfe],
      "0xff": [0xff],
    };
    for (const [name, bytes] of Object.entries(invalid)) {
      it(`refuses ${name} with 1007`, async () => {
        assert.equal(await closeCodeAfter(frame(text, [0x34, 0x61, ...bytes])), 1007);
      });
      it(`refuses ${name} with 1007 behind 200 good bytes`, async () => {
        const good = Buffer.from(`4${"ğ".repeat(100)}`);
        assert.equal(await closeCodeAfter(frame(text, Buffer.concat([good, Buffer.from(bytes)]))), 1007);
      });
      it(`refuses ${name} with 1007 split over fragments`, async () => {
        const all = [0x34, 0x61, ...bytes];
        const frames = all.map((byte, at) =>
          frame(at === 0 ? text : continuation, [byte], { fin: at === all.length - 1 }),
        );
        assert.equal(await closeCodeAfter(...frames), 1007);
      });
    }

    it("does not look at binary", async () => {
      const echo = await echoOf(frame(binary, [0xff, 0xc0, 0x80]));
      assert.deepEqual([...echo.payload], [0xff, 0xc0, 0x80]);
    });
  });

  describe("ping and pong", () => {
    for (const body of ["", "hello", "x".repeat(125), "\x00\xff"])
      it(`answers a ping of ${body.length} bytes with the same bytes`, async () => {
        const { code, payload } = await echoOf(frame(ping, Buffer.from(body, "latin1")));
        assert.equal(code, pong);
        assert.equal(payload.toString("latin1"), body);
      });

    it("answers pings in order, among messages", async () => {
      const received = await answers(
        4,
        frame(ping, "1"),
        frame(text, "4a"),
        frame(ping, "2"),
        frame(text, "4b"),
      );
      const pongs = received.filter(({ code }) => code === pong).map(({ payload }) => payload.toString());
      const texts = received.filter(({ code }) => code === text).map(({ payload }) => payload.toString());
      assert.deepEqual(
        [pongs, texts],
        [
          ["1", "2"],
          ["4a", "4b"],
        ],
      );
    });

    it("ignores pongs nobody asked for", async () => {
      const echo = await echoOf(frame(pong), frame(pong, "unasked"), frame(text, "4hello"));
      assert.equal(echo.payload.toString(), "4hello");
    });
  });

  describe("close", () => {
    for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
      it(`echoes ${code}`, async () => assert.equal(await closeCodeAfter(closeFrame(code)), code));

    it("echoes a code with a reason of 123 bytes", async () => {
      assert.equal(await closeCodeAfter(closeFrame(1000, "ğ".repeat(61) + "x")), 1000);
    });

    it("answers a close without a code", async () => {
      assert.ok([1000, 1005].includes(await closeCodeAfter(frame(close))));
    });

    for (const code of [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535])
      it(`refuses the code ${code} with 1002`, async () =>
        assert.equal(await closeCodeAfter(closeFrame(code)), 1002));

    it("refuses half a code with 1002", async () => {
      assert.equal(await closeCodeAfter(frame(close, [3])), 1002);
    });

    it("refuses a reason that is not UTF-8 with 1007", async () => {
      assert.equal(await closeCodeAfter(closeFrame(1000, Buffer.from([0xff]))), 1007);
    });

    it("sends what was to be sent before, and hears nothing after", async () => {
      const peer = await open();
      peer.write(Buffer.concat([frame(text, "4last"), closeFrame(1000), frame(text, "4late"), frame(ping)]));
      assert.equal((await peer.next()).payload.toString(), "4last");
      assert.equal(await peer.closeCode(), 1000);
    });
  });

  describe("limits", () => {
    it("takes a message of exactly maxPayload", async () => {
      const body = Buffer.alloc(maxPayload, 0x61);
      body[0] = 0x34;
      assert.equal((await echoOf(frame(text, body))).payload.length, maxPayload);
      assert.equal((await echoOf(frame(binary, body))).payload.length, maxPayload);
    });

    it("refuses a longer message with 1009 before its bytes come", async () => {
      const header = frame(binary, "", { form: 64, claim: maxPayload + 1 });
      assert.equal(await closeCodeAfter(header), 1009);
    });

    it("refuses a longer message with 1009 that comes whole", async () => {
      assert.equal(await closeCodeAfter(frame(binary, Buffer.alloc(maxPayload + 1))), 1009);
    });

    it("refuses fragments that add up to more with 1009", async () => {
      const half = Buffer.alloc(maxPayload / 2);
      const code = await closeCodeAfter(
        frame(binary, half, { fin: false }),
        frame(continuation, half, { fin: false }),
        frame(continuation, "x"),
      );
      assert.equal(code, 1009);
    });

    it("refuses a length of 2^62 with 1009", async () => {
      assert.equal(await closeCodeAfter(frame(binary, "", { form: 64, claim: 2n ** 62n })), 1009);
    });

    it("takes the limit per message, not per connection", async () => {
      const peer = await open();
      for (let n = 0; n < 3; n++) {
        peer.send(binary, Buffer.alloc(600_000, n));
        assert.equal((await peer.next()).payload.length, 600_000);
      }
      peer.close();
    });
  });

  describe("the TCP connection", () => {
    it("ends without a close frame and the server lives on", async () => {
      const peer = await open();
      peer.write(frame(text, "4half a fra").subarray(0, 9));
      peer.raw.socket.end();
      await peer.raw.waitEnded();
      assert.equal((await echoOf(frame(text, "4hello"))).payload.toString(), "4hello");
    });

    it("is reset in the middle of a large frame and the server lives on", async () => {
      const peer = await open();
      peer.write(frame(binary, Buffer.alloc(900_000)).subarray(0, 500_000));
      await sleep(20);
      peer.raw.socket.resetAndDestroy();
      assert.equal((await echoOf(frame(text, "4hello"))).payload.toString(), "4hello");
    });
  });
});
