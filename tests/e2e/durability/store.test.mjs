// The store in trouble: a locked or corrupt database is a 503 and chatd recovers (issue A, section C).
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { Api } from "../support/api.mjs";
import { describeChatd, patience, sleep, until } from "../support/chatd.mjs";
import { chattingPair } from "../support/people.mjs";

/** Another process that holds the write lock of a database until it is told to let go. */
class Locker {
  constructor(file) {
    const script = [
      "import sqlite3, sys",
      "db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)",
      'db.execute("begin immediate")',
      'print("locked", flush=True)',
      "sys.stdin.readline()",
      'db.execute("rollback")',
      'print("free", flush=True)',
    ].join("\n");
    this.child = spawn("/usr/bin/python3", ["-c", script, file], { stdio: ["pipe", "pipe", "inherit"] });
    this.text = "";
    this.child.stdout.on("data", (data) => (this.text += data));
  }

  locked() {
    return until(() => this.text.includes("locked"), "the lock", 35_000);
  }

  async release() {
    this.child.stdin.write("\n");
    await until(() => this.text.includes("free"), "the end of the lock");
  }

  close() {
    this.child.kill("SIGKILL");
  }
}

describeChatd("a database that somebody else locks", {}, (server, check) => {
  check(
    "sends are refused as UNAVAILABLE, and afterwards all is as before",
    { timeout: 90_000 },
    async () => {
      const { alice, bob, conversationId, aliceTab } = await chattingPair(server);
      await alice.say(conversationId, "before");
      const file = path.join(server.directory, "data", "chatd.db");
      assert.ok(existsSync(file), `the database lies at ${file}: ${readdirSync(path.dirname(file))}`);
      const locker = server.track(new Locker(file));
      await locker.locked();
      const refused = await alice.post("/api/messages", {
        conversationId,
        content: "meanwhile",
        clientMessageId: "locked-1",
      });
      assert.equal(refused.status, 503, refused.text);
      assert.equal(refused.body.code, "UNAVAILABLE");
      assert.match(refused.headers["retry-after"], /^\d+$/);
      const ack = await new Promise((resolve, reject) =>
        aliceTab.socket
          .timeout(patience(20_000))
          .emit("send_message", { conversationId, content: "meanwhile too" }, (error, answer) =>
            error ? reject(error) : resolve(answer),
          ),
      );
      assert.equal(ack.code, "UNAVAILABLE");
      await locker.release();
      await until(
        async () =>
          (
            await alice.post("/api/messages", {
              conversationId,
              content: "meanwhile",
              clientMessageId: "locked-1",
            })
          ).status < 300,
        "sends to work again",
        10_000,
      );
      const stored = await bob.history(conversationId);
      assert.deepEqual(
        stored.map(({ content }) => content),
        ["before", "meanwhile"],
      );
      await until(async () => (await new Api(server).get("/health")).status === 200, "good health", 10_000);
    },
  );

  check("what was stored is there after a clean stop", async () => {
    const { alice, bob, conversationId } = await chattingPair(server);
    for (let i = 0; i < 20; i += 1) await alice.say(conversationId, `m${i}`);
    await server.restart();
    await sleep(50);
    assert.equal((await bob.history(conversationId)).length, 20);
    assert.equal(await bob.unread(conversationId), 20);
  });
});
