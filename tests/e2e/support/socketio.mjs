import { io } from "socket.io-client";
import { atStop } from "./cleanup.mjs";
import { Peer, PollingSession } from "./engineio.mjs";
import { within } from "./time.mjs";

const path = "/socket.io/";

/** A raw WebSocket session on the Socket.IO server, no CONNECT sent yet. */
export const openRaw = (server, options = {}) => Peer.open(server, { path, ...options });

/** A raw polling session on the Socket.IO server, no CONNECT sent yet. */
export const openRawPolling = (server, options = {}) => PollingSession.open(server, { path, ...options });

/** Reads the CONNECT answer of namespace `/` and the `auth` event behind it; both parsed. */
export async function connectRaw(peer, auth) {
  peer.send(auth === undefined ? "40" : `40${JSON.stringify(auth)}`);
  const connected = JSON.parse((await peer.next("the answer to CONNECT")).slice(2));
  const authEvent = JSON.parse((await peer.next("the auth event")).slice(2));
  return { connected, authEvent };
}

/** A stock version 4 client that reconnects quickly and shares nothing with others. */
export function stockClient(origin, { namespace = "", ...options } = {}) {
  const socket = io(origin + namespace, {
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 50,
    randomizationFactor: 0,
    ...options,
  });
  atStop(() => socket.disconnect());
  return socket;
}

/** The arguments of the next `event` on a stock client of any version. */
export function nextEvent(socket, event, ms) {
  const heard = new Promise((resolve) => socket.once(event, (...args) => resolve(args)));
  return within(heard, `the event ${event}`, ms);
}

/** Resolves when the client is connected, after retries if need be; rejects with the server's refusal. */
export function connected(socket) {
  if (socket.connected) return Promise.resolve(socket);
  const outcome = new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.on("connect_error", (error) => socket.active || reject(error));
  });
  return within(outcome, "the client connects", 5000);
}

/** A connected stock client. */
export const connectStock = (origin, options) => connected(stockClient(origin, options));

/** Resolves when a stock client has reached the last of its transports. */
export async function upgraded({ io: { engine, opts } }) {
  const final = opts.transports.at(-1);
  if (engine.transport.name === final) return;
  await within(new Promise((resolve) => engine.once("upgrade", resolve)), `the upgrade to ${final}`);
}

/** Emits and waits for the ack: its only argument, or all of them when there are more. */
export function ask(socket, event, ...args) {
  const answered = new Promise((resolve) => {
    socket.emit(event, ...args, (...answer) => resolve(answer.length > 1 ? answer : answer[0]));
  });
  return within(answered, `the ack of ${event}`);
}

export const join = (socket, room) => ask(socket, "join", room);
export const leave = (socket, room) => ask(socket, "leave", room);

/** Asks the test server to emit to the union of `rooms`, never to sockets in one of `except`. */
export function broadcast(socket, { rooms, except = [], as = "broadcast" }, event, ...args) {
  return ask(socket, as, rooms, except, event, ...args);
}
