// A Socket.IO connection spoken by hand over `ws`: what no stock client would send.
import { WebSocket } from "ws";
import { patience } from "./chatd.mjs";

export class RawSocket {
  /** `query`: the handshake's query in this very order; `headers`: of the upgrade request. */
  constructor(server, { query = "EIO=4&transport=websocket", headers = {} } = {}) {
    this.frames = [];
    this.waiters = new Set();
    this.silent = false;
    this.socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket.io/?${query}`, { headers });
    this.closed = new Promise((resolve) => this.socket.once("close", (code) => resolve(code)));
    this.socket.on("error", (error) => (this.error = error));
    this.socket.on("message", (data, isBinary) => this.take(isBinary ? data : data.toString()));
    server.track(this);
  }

  take(frame) {
    if (frame === "2" && !this.silent) this.socket.send("3");
    this.frames.push(frame);
    for (const waiter of this.waiters) waiter(frame);
  }

  opened() {
    return new Promise((resolve, reject) => {
      this.socket.once("open", () => resolve(this));
      this.socket.once("error", reject);
      this.socket.once("unexpected-response", (_request, response) =>
        reject(new Error(`status ${response.statusCode}`)),
      );
    });
  }

  send(frame) {
    this.socket.send(frame);
  }

  emit(event, ...args) {
    this.send(`42${JSON.stringify([event, ...args])}`);
  }

  /** The first frame that fits, received already or still to come. */
  next(fits, milliseconds = 5000) {
    const early = this.frames.find(fits);
    if (early !== undefined) return Promise.resolve(early);
    return new Promise((resolve, reject) => {
      const waiter = (frame) => {
        if (!fits(frame)) return;
        clearTimeout(timer);
        this.waiters.delete(waiter);
        resolve(frame);
      };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        reject(new Error(`no such frame; received ${JSON.stringify(this.frames).slice(0, 2000)}`));
      }, patience(milliseconds));
      this.waiters.add(waiter);
    });
  }

  /** The first frame that starts so. */
  startingWith(prefix, milliseconds) {
    return this.next((frame) => typeof frame === "string" && frame.startsWith(prefix), milliseconds);
  }

  /** Emits with an ack id and answers what comes back. */
  async ask(id, event, ...args) {
    this.send(`42${id}${JSON.stringify([event, ...args])}`);
    const frame = await this.startingWith(`43${id}[`);
    return JSON.parse(frame.slice(`43${id}`.length))[0];
  }

  /** Sends CONNECT and answers the server's answer: `{sid, pid?}` of a connection, or the refusal. */
  async connect(auth) {
    this.send(`40${auth === undefined ? "" : JSON.stringify(auth)}`);
    const frame = await this.next((text) => typeof text === "string" && /^4[04]/.test(text));
    return { refused: frame.startsWith("44"), ...JSON.parse(frame.slice(2)) };
  }

  /** The events received so far, each as the array that was sent. */
  events(name) {
    return this.frames
      .filter((frame) => typeof frame === "string" && /^42\d*\[/.test(frame))
      .map((frame) => JSON.parse(frame.slice(frame.indexOf("["))))
      .filter(([event]) => name === undefined || event === name);
  }

  close() {
    this.socket.terminate();
  }
}

/** A connected raw socket of somebody; `welcome` is the CONNECT answer. */
export async function rawSocketOf(person, { auth = {}, ...options } = {}) {
  const raw = new RawSocket(person.server, options);
  await raw.opened();
  await raw.startingWith("0");
  const welcome = await raw.connect({ token: person.token, ...auth });
  return { raw, welcome };
}
