// The client code that the requirement documents 000 and 001 print, retyped: it must work as it stands there.
import assert from "node:assert/strict";
import { describeChatd, until } from "../support/chatd.mjs";
import { uniqueName } from "../support/people.mjs";
import { io as stockClient } from "socket.io-client";

describeChatd("the code of document 000", {}, (server, check) => {
  /** What a browser page on that server offers to the code: storage, relative fetch and io. */
  function page() {
    const stored = new Map();
    return {
      localStorage: {
        setItem: (key, value) => stored.set(key, String(value)),
        getItem: (key) => stored.get(key) ?? null,
        removeItem: (key) => stored.delete(key),
      },
      fetch: (target, options) => globalThis.fetch(server.url + target, options),
      io: (url, options) =>
        server.track(
          stockClient(url.replace("http://localhost:3000", server.url), { forceNew: true, ...options }),
        ),
    };
  }

  async function registered(name) {
    const { fetch, localStorage, ...rest } = page();
    const username = uniqueName(name);
    const account = { username, email: `${username}@example.com`, password: "password123" };
    const response = await fetch("/api/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(account),
    });
    assert.equal(response.status, 201);
    return { ...rest, fetch, localStorage, account };
  }

  /** useAuth without React. */
  async function login({ fetch, localStorage }, email, password) {
    const response = await fetch("/api/auth/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email, password }),
    });
    assert.ok(response.ok);
    const data = await response.json();
    localStorage.setItem("accessToken", data.data.tokens.accessToken);
    localStorage.setItem("refreshToken", data.data.tokens.refreshToken);
    return data.data.user;
  }

  /** The class MessageSocket of the document. */
  class MessageSocket {
    constructor(io, token) {
      this.socket = io("http://localhost:3000", { auth: { token } });
      this.log = [];
      for (const event of [
        "user_online",
        "user_offline",
        "message_received",
        "user_typing",
        "user_stopped_typing",
        "joined_room",
      ]) {
        this.socket.on(event, (data) => this.log.push([event, data]));
      }
    }

    heard(event) {
      return this.log.filter(([name]) => name === event).map(([, data]) => data);
    }

    joinConversation(conversationId) {
      this.socket.emit("join_room", { conversationId });
    }

    sendMessage(conversationId, content) {
      this.socket.emit("send_message", { conversationId, content });
    }

    startTyping(conversationId) {
      this.socket.emit("typing_start", { conversationId });
    }

    stopTyping(conversationId) {
      this.socket.emit("typing_stop", { conversationId });
    }
  }

  check("two people find each other, chat, type, leave and find their messages again", async () => {
    const [john, jane] = [await registered("john"), await registered("jane")];
    const johnUser = await login(john, john.account.email, "password123");
    const janeUser = await login(jane, jane.account.email, "password123");
    const token = john.localStorage.getItem("accessToken");
    const authorized = { headers: { Authorization: `Bearer ${token}` } };

    const users = await (await john.fetch("/api/users/list", authorized)).json();
    const found = users.data.find(({ username }) => username === jane.account.username);
    const response = await john.fetch("/api/conversations", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...authorized.headers },
      body: JSON.stringify({ participantId: found._id }),
    });
    const conversationId = (await response.json()).data._id;

    const janeSocket = new MessageSocket(jane.io, jane.localStorage.getItem("accessToken"));
    await until(() => janeSocket.socket.connected, "Jane to connect");
    const johnSocket = new MessageSocket(john.io, token);
    await until(
      () => janeSocket.heard("user_online").some(({ userId }) => userId === johnUser.id),
      "Jane to see John",
    );
    assert.equal(janeSocket.heard("user_online").at(-1).username, john.account.username);

    johnSocket.joinConversation(conversationId);
    await until(() => johnSocket.heard("joined_room")[0]?.conversationId === conversationId, "John to join");
    johnSocket.startTyping(conversationId);
    await until(() => janeSocket.heard("user_typing").length === 1, "Jane to see John typing");
    const { userId, username, conversationId: where } = janeSocket.heard("user_typing")[0];
    assert.deepEqual(
      { userId, username, where },
      { userId: johnUser.id, username: john.account.username, where: conversationId },
    );
    johnSocket.sendMessage(conversationId, "Hello, real-time message!");
    await until(() => janeSocket.heard("message_received").length === 1, "the message");
    const { message, timestamp } = janeSocket.heard("message_received")[0];
    assert.equal(message.content, "Hello, real-time message!");
    assert.equal(message.senderId, johnUser.id);
    assert.equal(message.conversationId, conversationId);
    assert.ok(message.id && message.createdAt && timestamp);
    await until(() => johnSocket.heard("message_received").length === 1, "the sender hears it too");
    johnSocket.stopTyping(conversationId);
    await until(() => janeSocket.heard("user_stopped_typing").length === 1, "the end of typing");

    janeSocket.socket.close();
    await until(
      () => johnSocket.heard("user_offline").some((data) => data.userId === janeUser.id),
      "Jane to leave",
      9000,
    );

    const history = await (
      await jane.fetch(`/api/messages/conversations/${conversationId}`, {
        headers: { Authorization: `Bearer ${jane.localStorage.getItem("accessToken")}` },
      })
    ).json();
    assert.deepEqual(
      history.data.messages.map(({ content }) => content),
      ["Hello, real-time message!"],
    );

    const posted = await jane.fetch("/api/messages", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Authorization: `Bearer ${jane.localStorage.getItem("accessToken")}`,
      },
      body: JSON.stringify({ conversationId, content: "Hello, how are you?" }),
    });
    assert.equal(posted.status, 201);
    await until(() => johnSocket.heard("message_received").length === 2, "a message over REST");
  });

  check("the auto-refresh of the document, then logout", async () => {
    const { fetch, localStorage, account } = await registered("fresh");
    await login({ fetch, localStorage }, account.email, account.password);
    const old = localStorage.getItem("accessToken");
    const refreshToken = localStorage.getItem("refreshToken");
    const response = await fetch("/api/auth/refresh", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ refreshToken }),
    });
    assert.ok(response.ok);
    const data = await response.json();
    localStorage.setItem("accessToken", data.data.tokens.accessToken);
    localStorage.setItem("refreshToken", data.data.tokens.refreshToken);
    assert.notEqual(localStorage.getItem("accessToken"), old);
    const token = localStorage.getItem("accessToken");
    const me = () => fetch("/api/auth/me", { headers: { Authorization: `Bearer ${token}` } });
    assert.equal((await me()).status, 200);
    await fetch("/api/auth/logout", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
    assert.equal((await me()).status, 401);
  });

  check("the validation error of the document", async () => {
    const { fetch } = page();
    const response = await fetch("/api/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username: "john_doe", email: "no", password: "123" }),
    });
    assert.equal(response.status, 400);
    const { success, message, errors } = await response.json();
    assert.deepEqual([success, message], [false, "Validation failed"]);
    assert.deepEqual(errors.map(({ field }) => field).sort(), ["email", "password"]);
  });
});

describeChatd("the code of document 001", {}, (server, check) => {
  const call = async (method, target, { token, body } = {}) => {
    const headers = {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body && { "Content-Type": "application/json" }),
    };
    const response = await globalThis.fetch(server.url + target, {
      method,
      headers,
      body: body && JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };

  async function signedIn(name) {
    const username = uniqueName(name);
    const account = { username, email: `${username}@example.com`, password: "password123" };
    assert.equal((await call("POST", "/api/auth/register", { body: account })).status, 201);
    const { body } = await call("POST", "/api/auth/login", {
      body: { email: account.email, password: account.password },
    });
    return body;
  }

  check(
    "its calls and its socket: Bearer in auth.token, a bare id to join, PUT read, refresh by header",
    async () => {
      const [john, jane] = [await signedIn("john"), await signedIn("jane")];
      const list = await call("GET", "/api/user/list", { token: john.accessToken });
      assert.ok(list.body.data.some(({ _id }) => _id === jane.user.id));
      const made = await call("POST", "/api/conversations", {
        token: john.accessToken,
        body: { participantId: jane.user.id },
      });
      const conversationId = made.body.data._id;

      const open = (token) =>
        server.track(stockClient(server.url, { forceNew: true, auth: { token: `Bearer ${token}` } }));
      const [johnSocket, janeSocket] = [open(john.accessToken), open(jane.accessToken)];
      const heard = [];
      janeSocket.onAny((event, data) => heard.push([event, data]));
      johnSocket.onAny((event, data) => heard.push([`john:${event}`, data]));
      const seen = (event) => heard.filter(([name]) => name === event).map(([, data]) => data);
      await until(() => johnSocket.connected && janeSocket.connected, "both sockets");

      johnSocket.emit("join_room", conversationId);
      johnSocket.emit("typing_start", { conversationId });
      johnSocket.emit("send_message", { content: "Hello!", conversationId });
      await until(() => seen("message_received").length === 1, "the message");
      await until(() => seen("user_typing").length === 1, "typing");
      const messageId = seen("message_received")[0].message._id;
      janeSocket.emit("message_read", { messageId });
      await until(() => seen("john:message_read_by").length === 1, "the read mark");
      assert.equal(seen("john:message_read_by")[0].messageId, messageId);

      const sent = await call("POST", "/api/messages/send", {
        token: jane.accessToken,
        body: { content: "Hello, world!", conversationId },
      });
      assert.equal(sent.status, 200);
      const read = await call("PUT", `/api/messages/${sent.body.data._id}/read`, { token: john.accessToken });
      assert.equal(read.status, 200);
      const messages = await call("GET", `/api/messages/${conversationId}`, { token: john.accessToken });
      assert.deepEqual(
        messages.body.data.map(({ content }) => content),
        ["Hello!", "Hello, world!"],
      );
      assert.deepEqual(
        messages.body.data[0].readBy.map(({ user }) => user.id ?? user),
        [jane.user.id],
      );

      const refreshed = await call("POST", "/api/auth/refresh", { token: john.refreshToken });
      assert.equal(refreshed.status, 200);
      assert.equal(
        (await call("POST", "/api/auth/logout", { token: refreshed.body.accessToken })).status,
        200,
      );
      assert.equal((await call("GET", "/api/health")).status, 200);
    },
  );
});
