// Debian's python3-socketio as a client (contract section 9).
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { describeChatd, until } from "../support/chatd.mjs";
import { pair, Person } from "../support/people.mjs";

const script = fileURLToPath(new URL("python_client.py", import.meta.url));

class PythonClient {
  lines = [];

  constructor(server) {
    this.child = spawn("/usr/bin/python3", [script], { stdio: ["pipe", "pipe", "inherit"] });
    readline.createInterface(this.child.stdout).on("line", (line) => this.lines.push(JSON.parse(line)));
    server.track(this);
  }

  send(...command) {
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  /** The first line that fits, removed. */
  async next(fits, what) {
    await until(() => this.lines.some(fits), `${what}; heard ${JSON.stringify(this.lines)}`, 15_000);
    return this.lines.splice(this.lines.findIndex(fits), 1)[0];
  }

  kind(name) {
    return this.next(([kind]) => kind === name, name);
  }

  async event(name) {
    const [, , args] = await this.next(([kind, event]) => kind === "event" && event === name, name);
    return args;
  }

  async ask(event, payload) {
    this.send("ask", event, payload);
    return (await this.kind("ack"))[1];
  }

  close() {
    this.child.stdin.end();
    this.child.kill("SIGKILL");
  }
}

describeChatd("python-socketio", {}, (server, check) => {
  for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
    check(`chats over ${transports.join(" and ")}`, async () => {
      const { alice, bob, conversationId } = await pair(server);
      const python = new PythonClient(server);
      python.send("open", server.url, alice.token, transports);
      await python.kind("connect");
      const bobTab = await bob.open();
      const sent = await python.ask("send_message", { conversationId, content: "python says ışık 😀" });
      assert.equal(sent.success, true);
      const { message } = await bobTab.waitFor("message_received");
      assert.equal(message.content, "python says ışık 😀");
      await bobTab.do("send_message", { conversationId, content: "hello python" });
      for (const content of ["python says ışık 😀", "hello python"]) {
        const args = await python.event("message_received");
        assert.equal(args.length, 1, "no offset is handed to the application");
        assert.equal(args[0].message.content, content);
      }
      await bobTab.do("typing_start", { conversationId });
      assert.equal((await python.event("user_typing"))[0].userId, bob.id);
      const refused = await python.ask("send_message", { conversationId, content: "" });
      assert.equal(refused.code, "VALIDATION_ERROR");
    });
  }

  check("a refusal is told", async () => {
    const python = new PythonClient(server);
    python.send("open", server.url, "nonsense", ["websocket"]);
    const [, data] = await python.kind("connect_error");
    assert.equal(data?.message ?? data, "Invalid access token");
  });

  check("it comes back after a restart of the server and goes on", async () => {
    const { alice, bob, conversationId } = await pair(server);
    const python = new PythonClient(server);
    python.send("open", server.url, alice.token, ["websocket"]);
    await python.kind("connect");
    await server.restart();
    await python.kind("disconnect");
    await python.kind("connect");
    await bob.say(conversationId, "after the restart");
    assert.equal((await python.event("message_received"))[0].message.content, "after the restart");
  });

  check("logout disconnects it", async () => {
    const person = await Person.register(server);
    const python = new PythonClient(server);
    python.send("open", server.url, person.token, ["websocket"]);
    await python.kind("connect");
    await person.post("/api/auth/logout", undefined, 200);
    await python.kind("disconnect");
  });
});
