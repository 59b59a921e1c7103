// People with accounts and open tabs: what a test needs to tell a user's story.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { Api } from "./api.mjs";
import { patience } from "./chatd.mjs";

let serial = 0;

/** A user name that nobody else in any suite has; at most 30 characters. */
export function uniqueName(prefix = "user") {
  serial += 1;
  return `${prefix.slice(0, 12)}_${process.pid.toString(36)}_${serial.toString(36)}`;
}

/** One open Socket.IO connection and everything that it heard. */
export class Tab {
  constructor(socket) {
    this.socket = socket;
    this.heard = [];
    this.waiters = new Set();
    socket.onAny((event, ...args) => this.hear(event, args));
  }

  hear(event, args) {
    const entry = { event, data: args[0], args, at: Date.now() };
    this.heard.push(entry);
    for (const waiter of this.waiters) waiter(entry);
  }

  get id() {
    return this.socket.id;
  }

  /** Emits and waits for the acknowledgement. */
  ask(event, ...args) {
    return new Promise((resolve, reject) => {
      this.socket
        .timeout(patience(8000))
        .emit(event, ...args, (error, answer) =>
          error ? reject(new Error(`no ack for ${event}`)) : resolve(answer),
        );
    });
  }

  /** As ask(), and the answer must be a success; answers its data. */
  async do(event, ...args) {
    const answer = await this.ask(event, ...args);
    assert.equal(answer.success, true, `${event}: ${JSON.stringify(answer)}`);
    return answer.data;
  }

  /** Emits without asking for an acknowledgement. */
  tell(event, ...args) {
    this.socket.emit(event, ...args);
  }

  /** The payloads of what was heard so far. */
  all(event, matches = () => true) {
    return this.heard
      .filter((entry) => entry.event === event && matches(entry.data))
      .map((entry) => entry.data);
  }

  /** The first such event, heard already or still to come. */
  waitFor(event, matches = () => true, milliseconds = 5000) {
    const fits = (entry) => entry.event === event && matches(entry.data);
    const early = this.heard.find(fits);
    if (early) return Promise.resolve(early.data);
    return new Promise((resolve, reject) => {
      const waiter = (entry) => {
        if (!fits(entry)) return;
        clearTimeout(timer);
        this.waiters.delete(waiter);
        resolve(entry.data);
      };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        const names = this.heard.map((entry) => entry.event).join(", ");
        reject(new Error(`no ${event} within ${milliseconds} ms; heard: ${names || "nothing"}`));
      }, patience(milliseconds));
      this.waiters.add(waiter);
    });
  }

  forget() {
    this.heard.length = 0;
  }

  /** Once answered, everything that the server had sent to this socket before has been heard. */
  async settle() {
    await this.ask("get_online_users");
  }

  /** Resolves with the reason when the connection ends. */
  ended() {
    if (this.socket.disconnected) return Promise.resolve("already");
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the socket stayed connected")), patience(5000));
      this.socket.once("disconnect", (reason) => {
        clearTimeout(timer);
        resolve(reason);
      });
    });
  }

  close() {
    this.socket.close();
  }
}

/** Resolves with the socket when it is connected, rejects with the connect_error. */
export function connected(socket) {
  return new Promise((resolve, reject) => {
    const overdue = new Error("neither connect nor connect_error");
    const timer = setTimeout(() => reject(overdue), patience(8000));
    socket.once("connect", () => (clearTimeout(timer), resolve(socket)));
    socket.once("connect_error", (error) => (clearTimeout(timer), reject(error)));
  });
}

/** A stock socket that a test configures itself; closed with the suite. */
export function openSocket(server, options = {}) {
  const socket = io(server.url, {
    forceNew: true,
    reconnection: false,
    transports: ["websocket"],
    ...options,
  });
  server.track(socket);
  return socket;
}

export class Person extends Api {
  constructor(server, session, password) {
    super(server, session.accessToken);
    this.refreshToken = session.refreshToken;
    this.user = session.user;
    this.password = password;
  }

  /** Registers somebody new. */
  static async register(server, fields = {}) {
    const username = fields.username ?? uniqueName();
    const body = { username, email: `${username}@example.com`, password: "correct horse", ...fields };
    const answer = await new Api(server).post("/api/auth/register", body, 201);
    return new Person(server, answer.body, body.password);
  }

  get id() {
    return this.user.id;
  }

  get name() {
    return this.user.username;
  }

  /** The same person signed in once more: another login session. */
  async anotherDevice() {
    const credentials = { email: this.user.email, password: this.password };
    const answer = await new Api(this.server).post("/api/auth/login", credentials, 200);
    return new Person(this.server, answer.body, this.password);
  }

  /** Opens a tab; stock client, WebSocket, no reconnection unless told otherwise. */
  async open(options = {}) {
    const tab = new Tab(openSocket(this.server, { auth: { token: this.token }, ...options }));
    await connected(tab.socket);
    return tab;
  }

  /** The direct conversation with somebody. */
  async conversationWith(other) {
    const answer = await this.post("/api/conversations", { participantId: other.id });
    assert.ok(answer.status === 201 || answer.status === 200, answer.text);
    return answer.body.data;
  }

  /** Sends over REST; answers the message. */
  async say(conversationId, content, more = {}) {
    const answer = await this.post("/api/messages", { conversationId, content, ...more }, 201);
    return answer.body.data.message;
  }

  /** The whole conversation, oldest first, read page by page. */
  async history(conversationId) {
    const pages = [];
    for (let page = 1; ; page += 1) {
      const { body } = await this.get(
        `/api/messages/conversations/${conversationId}?page=${page}&limit=100`,
        200,
      );
      pages.unshift(body.data.messages);
      if (!body.pagination.hasMore) return pages.flat();
    }
  }

  async unread(conversationId) {
    const { body } = await this.get("/api/conversations", 200);
    return body.data.find(({ id }) => id === conversationId).unreadCount;
  }
}

/** Two people who have a conversation. */
export async function pair(server) {
  const [alice, bob] = await Promise.all([
    Person.register(server, { username: uniqueName("alice") }),
    Person.register(server, { username: uniqueName("bob") }),
  ]);
  const conversation = await alice.conversationWith(bob);
  return { alice, bob, conversationId: conversation.id };
}

/** Two people in a conversation, each with an open tab. */
export async function chattingPair(server, options = {}) {
  const two = await pair(server);
  const [aliceTab, bobTab] = await Promise.all([two.alice.open(options), two.bob.open(options)]);
  return { ...two, aliceTab, bobTab };
}

/** The user fields of the caller's own view (contract section 2). */
export const userFields = [
  "id",
  "_id",
  "username",
  "email",
  "role",
  "isActive",
  "avatar",
  "fullName",
  "firstName",
  "lastName",
  "phone",
  "whatsappNumber",
  "galleryId",
  "gallery_id",
  "lastSeen",
  "createdAt",
  "updatedAt",
];

export function assertHasFields(value, fields, what) {
  for (const field of fields) assert.ok(field in value, `${what} has ${field}: ${JSON.stringify(value)}`);
}
