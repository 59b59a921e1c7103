import WebSocket from "ws";
import { atStop } from "./cleanup.mjs";
import { Queue } from "./queue.mjs";
import { RawHttp } from "./raw_http.mjs";
import { sleep, within } from "./time.mjs";

/** The byte between two packets of an Engine.IO 4 payload. */
export const separator = "\x1e";

export function engineUrl(origin, query, path = "/engine.io/") {
  return `${origin}${path}?${new URLSearchParams(query)}`;
}

/** What the open packet of a version 4 or 3 payload says. */
export function parseOpen(payload, eio = 4) {
  const json = eio === 3 ? payload.slice(payload.indexOf(":") + 2) : payload.slice(1);
  return JSON.parse(json);
}

/** An Engine.IO session over HTTP, driven request by request. */
export class PollingSession {
  static async open(server, { path = "/engine.io/", eio = 4, query = {} } = {}) {
    const session = new PollingSession();
    session.server = server;
    session.query = { EIO: eio, transport: "polling", ...query };
    session.location = server.http + path;
    const response = await session.poll();
    if (response.status !== 200)
      throw new Error(`handshake refused: ${response.status} ${await response.text()}`);
    session.handshake = parseOpen(await response.text(), eio);
    session.sid = session.handshake.sid;
    session.query.sid = session.sid;
    return session;
  }

  get url() {
    return `${this.location}?${new URLSearchParams(this.query)}`;
  }

  poll() {
    return within(fetch(this.url), "a poll is answered");
  }

  async pollText() {
    return (await this.poll()).text();
  }

  /** A poll that the server has got by the time this resolves; `answer` is its status and text, null when cut. */
  async startPoll() {
    const raw = await RawHttp.connect(this.server);
    const target = this.url.slice(this.server.http.length);
    const sent = new Promise((resolve) =>
      raw.socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`, resolve),
    );
    await within(sent, "a poll is sent");
    await sleep(20);
    const answer = raw.response().then((got) => got && { status: got.status, text: got.body.toString() });
    return { answer, drop: () => raw.close() };
  }

  post(body, init = {}) {
    return within(fetch(this.url, { method: "POST", body, ...init }), "a POST is answered");
  }

  /** The next version 4 packets that are not heartbeats; those are answered. */
  async packets() {
    for (;;) {
      const response = await this.poll();
      if (response.status !== 200)
        throw new Error(`poll refused: ${response.status} ${await response.text()}`);
      const all = (await response.text()).split(separator);
      const packets = all.filter((packet) => packet !== "2");
      if (packets.length < all.length) await (await this.post("3")).text();
      if (packets.length > 0) return packets;
    }
  }
}

/** The request target of a new polling session. */
export async function openPollingTarget(server, options) {
  const session = await PollingSession.open(server, options);
  return session.url.slice(server.http.length);
}

/** A WebSocket that keeps what it receives and, unless told otherwise, answers version 4 heartbeats unseen. */
export class Peer {
  #messages = new Queue();

  constructor(url, { answerPings = true, ...options } = {}) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    atStop(() => this.close());
    this.opened = new Promise((resolve, reject) => {
      this.socket.once("open", resolve);
      this.socket.once("error", reject);
    });
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) => {
      this.socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.closed.then(({ code }) => this.#messages.end(new Error(`the WebSocket was closed (${code})`)));
    this.socket.on("error", () => {});
    this.socket.on("message", (data, isBinary) => {
      if (!isBinary && answerPings && data.length === 1 && data[0] === 0x32) this.socket.send("3");
      else this.#messages.push(isBinary ? data : data.toString());
    });
  }

  /** A peer that has got its open packet, kept parsed in `handshake`. */
  static async open(server, { path = "/engine.io/", eio = 4, query = {}, ...options } = {}) {
    const url = engineUrl(server.ws, { EIO: eio, transport: "websocket", ...query }, path);
    const peer = new Peer(url, options);
    peer.handshake = parseOpen(await peer.next());
    peer.sid = peer.handshake.sid;
    return peer;
  }

  send(data) {
    this.socket.send(data);
  }

  /** The next text (string) or binary (Buffer) message. */
  next(what = "a message over WebSocket") {
    return within(this.#messages.next(), what);
  }

  get unread() {
    return this.#messages.size;
  }

  waitClosed(what = "the WebSocket is closed") {
    return within(this.closed, what);
  }

  /** The status with which the upgrade was refused. */
  refusal() {
    const refused = new Promise((resolve, reject) => {
      this.socket.once("unexpected-response", (_, response) => resolve(response.statusCode));
      this.socket.once("open", () => reject(new Error("the upgrade was accepted")));
    });
    return within(refused, "the upgrade is refused").finally(() => this.socket.terminate());
  }

  close() {
    this.socket.terminate();
  }
}

/** Moves a polling session to a WebSocket as version 4 clients do. */
export async function upgrade(server, session) {
  const query = { ...session.query, transport: "websocket" };
  const peer = new Peer(engineUrl(server.ws, query, new URL(session.location).pathname));
  await within(peer.opened, "the WebSocket of the upgrade opens");
  peer.send("2probe");
  const answer = await peer.next("the answer to the probe");
  if (answer !== "3probe") throw new Error(`probe answered with ${answer}`);
  peer.send("5");
  return peer;
}
