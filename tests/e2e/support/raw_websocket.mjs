import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { RawHttp } from "./raw_http.mjs";
import { Queue } from "./queue.mjs";
import { within } from "./time.mjs";

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
export const acceptKey = (key) =>
  createHash("sha1")
    .update(key + guid)
    .digest("base64");

/** The upgrade request; a header given as undefined is left out. */
export function handshakeRequest(
  server,
  { target, method = "GET", version = "HTTP/1.1", headers = {} } = {},
) {
  const all = {
    Host: server.host,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined);
  const start = `${method} ${target ?? "/engine.io/?EIO=4&transport=websocket"} ${version}`;
  return `${[start, ...lines.map(([name, value]) => `${name}: ${value}`)].join("\r\n")}\r\n\r\n`;
}

function lengthBytes(length, form) {
  if (form === 7) return Buffer.from([length]);
  const bytes = Buffer.alloc(form === 16 ? 3 : 9);
  bytes[0] = form === 16 ? 126 : 127;
  if (form === 16) bytes.writeUInt16BE(length, 1);
  else bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

const shortestForm = (length) => (length < 126 ? 7 : length < 65536 ? 16 : 64);

/**
 * One frame as a client writes it, right or wrong as the test wants: `form` is the width of the length field in
 * bits, `claim` a length other than the payload's.
 */
export function frame(code, payload = "", { fin = true, rsv = 0, mask = true, form, claim } = {}) {
  const data = Buffer.from(payload);
  const length = claim ?? data.length;
  const size = lengthBytes(length, form ?? shortestForm(Number(length)));
  if (mask) size[0] |= 0x80;
  const first = Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | code]);
  if (!mask) return Buffer.concat([first, size, data]);
  const key = randomBytes(4);
  return Buffer.concat([first, size, key, data.map((byte, at) => byte ^ key[at % 4])]);
}

export function closeFrame(code, reason = "") {
  const status = Buffer.alloc(2);
  status.writeUInt16BE(code);
  return frame(opcode.close, Buffer.concat([status, Buffer.from(reason)]));
}

/** Takes one frame off the front of `bytes`; undefined while it is incomplete. */
export function parseFrame(bytes) {
  if (bytes.length < 2) return undefined;
  const short = bytes[1] & 0x7f;
  const form = short < 126 ? 7 : short === 126 ? 16 : 64;
  const start = { 7: 2, 16: 4, 64: 10 }[form];
  if (bytes.length < start) return undefined;
  const length = form === 7 ? short : form === 16 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const masked = (bytes[1] & 0x80) !== 0;
  const end = start + length;
  if (bytes.length < end) return undefined;
  const { 0: first } = bytes;
  const payload = bytes.subarray(start, end);
  return { fin: first >= 0x80, rsv: (first >> 4) & 7, code: first & 15, masked, form, payload, size: end };
}

/** A WebSocket client that sees and writes single frames. */
export class RawWebSocket {
  #frames = new Queue();

  static async open(server, options) {
    const peer = new RawWebSocket();
    peer.raw = await RawHttp.connect(server);
    peer.raw.write(handshakeRequest(server, options));
    const response = await peer.raw.response();
    assert.equal(response?.status, 101, "the upgrade is accepted");
    peer.#readFrames(peer.raw);
    const open = await peer.next();
    assert.match(open.payload.toString(), /^0\{/, "the first frame is the open packet");
    return peer;
  }

  #readFrames({ socket, unread }) {
    let bytes = unread;
    const feed = (data) => {
      bytes = Buffer.concat([bytes, data]);
      for (let next = parseFrame(bytes); next; next = parseFrame(bytes)) {
        bytes = bytes.subarray(next.size);
        const heartbeat = next.code === opcode.text && next.payload.toString() === "2";
        if (heartbeat) this.write(frame(opcode.text, "3"));
        else this.#frames.push(next);
      }
    };
    socket.removeAllListeners("data");
    socket.on("data", feed);
    socket.once("close", () => this.#frames.end(new Error("the TCP connection was closed")));
    feed(Buffer.alloc(0));
  }

  write(bytes) {
    if (this.raw.socket.writable) this.raw.socket.write(bytes);
    return this;
  }

  send(...args) {
    return this.write(frame(...args));
  }

  /** The next frame that is not an Engine.IO heartbeat. */
  next() {
    return within(this.#frames.next(), "a WebSocket frame");
  }

  /** The status of the server's close frame (1005 when it has none); after it the server must end TCP. */
  async closeCode() {
    let received = await this.next();
    while (received.code !== opcode.close) received = await this.next();
    await this.raw.waitEnded();
    return received.payload.length >= 2 ? received.payload.readUInt16BE(0) : 1005;
  }

  close() {
    this.raw.close();
  }
}
