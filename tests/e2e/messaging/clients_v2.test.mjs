// Old front ends: stock socket.io-client 2.5 over Engine.IO 3 (contract section 9).
import assert from "node:assert/strict";
import io2 from "socket.io-client-v2";
import { describeChatd, patience, until } from "../support/chatd.mjs";
import { pair, Tab } from "../support/people.mjs";

/** A tab on the old client, which has neither onAny nor timeouts of its own. */
class OldTab extends Tab {
  constructor(socket) {
    socket.onAny = (listener) => {
      const { onevent } = socket;
      socket.onevent = (packet) => {
        listener(...packet.data);
        onevent.call(socket, packet);
      };
    };
    super(socket);
  }

  ask(event, ...args) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ack for ${event}`)), patience(8000));
      this.socket.emit(event, ...args, (answer) => (clearTimeout(timer), resolve(answer)));
    });
  }
}

const openOld = (server, options) =>
  server.track(io2(server.url, { forceNew: true, reconnection: false, ...options }));

const settled = (socket) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("neither connect nor error")), patience(8000));
    socket.once("connect", () => (clearTimeout(timer), resolve({ connected: true })));
    socket.once("error", (error) => (clearTimeout(timer), resolve({ error })));
  });

describeChatd(
  "socket.io-client 2.5",
  { concurrency: true, set: { "presence.linger": "200ms" } },
  (server, check) => {
    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
      check(`chats over ${transports.join(" and ")}`, async () => {
        const { alice, bob, conversationId } = await pair(server);
        const old = new OldTab(openOld(server, { transports, query: { token: alice.token } }));
        assert.deepEqual(await settled(old.socket), { connected: true });
        const bobTab = await bob.open();
        if (transports.length === 2)
          await until(() => old.socket.io.engine.transport.name === "websocket", "the upgrade");
        old.tell("join_room", { conversationId });
        await old.waitFor("joined_room");
        old.tell("typing_start", { conversationId });
        await bobTab.waitFor("user_typing");
        const { message } = await old.do("send_message", { conversationId, content: "from the past 😀" });
        assert.equal(message.content, "from the past 😀");
        await bobTab.waitFor("message_received");
        await bobTab.do("send_message", { conversationId, content: "to the past ışık" });
        await old.waitFor("message_received", (data) => data.message.content === "to the past ışık");
        await bobTab.do("message_read", { messageId: message.id });
        await old.waitFor("message_read_by");
        assert.ok(
          old.heard.every(({ args }) => args.length === 1),
          "no offset is handed to the application",
        );
        assert.equal((await old.ask("no_such_event")).code, "NOT_FOUND");
      });
    }

    check("binary arguments and large texts neither break nor close it", async () => {
      const { alice } = await pair(server);
      const old = new OldTab(openOld(server, { query: { token: alice.token }, transports: ["websocket"] }));
      await settled(old.socket);
      const answer = await old.ask("send_message", { conversationId: Buffer.from([1, 2, 3]), content: "x" });
      assert.equal(answer.success, false);
      await old.ask("get_online_users");
    });

    check("refusals arrive as the text of an error event", async () => {
      for (const [query, text] of [
        [{}, "Authentication token required"],
        [{ token: "nonsense" }, "Invalid access token"],
      ]) {
        for (const transports of [["polling"], ["websocket"]]) {
          assert.deepEqual(await settled(openOld(server, { query, transports })), { error: text });
        }
      }
    });

    check("logout disconnects it for good", async () => {
      const { alice } = await pair(server);
      const old = new OldTab(openOld(server, { query: { token: alice.token }, reconnection: true }));
      await settled(old.socket);
      const ended = old.ended();
      await alice.post("/api/auth/logout", undefined, 200);
      assert.equal(await ended, "io server disconnect");
    });

    check("it reconnects by itself after its transport was cut", async () => {
      const { alice, bob, conversationId } = await pair(server);
      const socket = openOld(server, {
        query: { token: alice.token },
        reconnection: true,
        reconnectionDelay: 50,
      });
      const old = new OldTab(socket);
      await settled(socket);
      const back = new Promise((resolve) => socket.once("reconnect", resolve));
      socket.io.engine.close();
      await back;
      await until(() => socket.connected, "the namespace");
      await bob.say(conversationId, "welcome back");
      await old.waitFor("message_received");
    });
  },
);
