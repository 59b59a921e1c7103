import { once } from "node:events";
import net from "node:net";
import { atStop } from "./cleanup.mjs";
import { within } from "./time.mjs";

const bodiless = (status) => status < 200 || status === 204 || status === 304;

/** Takes one response off the front of `bytes`; undefined while it is incomplete. */
function parseResponse(bytes, { head = false, ended = false } = {}) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [statusLine, ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const [version, status] = statusLine.split(" ");
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  const response = { version, status: Number(status), headers, body: Buffer.alloc(0), length: end + 4 };
  if (head || bodiless(response.status)) return response;
  const rest = bytes.subarray(end + 4);
  if (headers["transfer-encoding"] === "chunked") return parseChunks(response, rest);
  if (headers["content-length"] === undefined && !ended) return undefined;
  const length = Number(headers["content-length"] ?? rest.length);
  if (rest.length < length) return undefined;
  return { ...response, body: rest.subarray(0, length), length: response.length + length };
}

function parseChunks(response, rest) {
  const chunks = [];
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = parseInt(rest.subarray(at, lineEnd).toString("latin1"), 16);
    const next = lineEnd + 2 + size + 2;
    if (rest.length < next) return undefined;
    if (size === 0) return { ...response, body: Buffer.concat(chunks), length: response.length + next };
    chunks.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}

/** A TCP connection on which a test writes HTTP byte by byte. */
export class RawHttp {
  #bytes = Buffer.alloc(0);
  #changed = () => {};

  static async connect(server, options = {}) {
    const raw = new RawHttp();
    raw.socket = net.connect({ port: server.port, host: "127.0.0.1", ...options });
    raw.ended = new Promise((resolve) => raw.socket.once("close", resolve));
    raw.finished = false;
    atStop(() => raw.close());
    raw.socket.on("error", () => {});
    raw.socket.on("data", (data) => {
      raw.#bytes = Buffer.concat([raw.#bytes, data]);
      raw.#changed();
    });
    for (const event of ["end", "close"])
      raw.socket.on(event, () => {
        raw.finished = true;
        raw.#changed();
      });
    await within(once(raw.socket, "connect"), "the server accepts a connection");
    return raw;
  }

  write(data) {
    this.socket.write(data);
    return this;
  }

  /** The next response, or null when the server ends the connection without one. */
  async response({ head = false, ms = 5000 } = {}) {
    return within(this.#nextResponse(head), "an HTTP response", ms);
  }

  async #nextResponse(head) {
    for (;;) {
      const response = parseResponse(this.#bytes, { head, ended: this.finished });
      if (response) {
        this.#bytes = this.#bytes.subarray(response.length);
        return response;
      }
      if (this.finished) return null;
      await new Promise((resolve) => (this.#changed = resolve));
    }
  }

  /** What arrived and was not read as a response. */
  get unread() {
    return this.#bytes;
  }

  waitEnded(ms = 5000) {
    return within(this.ended, "the server ends the connection", ms);
  }

  close() {
    this.socket.destroy();
  }
}

/** Sends one raw request on a connection of its own; null when it is cut without an answer. */
export async function rawRequest(server, bytes, options) {
  const raw = await RawHttp.connect(server);
  try {
    return await raw.write(bytes).response(options);
  } finally {
    raw.close();
  }
}
