// Starting and stopping: configuration errors, --check-config, --version, user create, signals (issue A, section A).
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { Api } from "../support/api.mjs";
import { Chatd, describeChatd, patience, runChatd, sleep } from "../support/chatd.mjs";
import { chattingPair, Person } from "../support/people.mjs";

const strongSecret = "a-secret-that-is-long-enough-0123456789abcdef";
const scratch = mkdtempSync(path.join(os.tmpdir(), "chatd-cli-"));
const option = { timeout: patience(30_000) };

/** Starts that must be refused: configuration text or arguments, and what the message has to name. */
const refusedStarts = [
  ["an unknown key in the file", { file: '{"http":{"prot":3000}}' }, /prot/],
  ["a value of the wrong type in the file", { file: '{"http":{"port":"many"}}' }, /http\.port/],
  ["a value out of range", { args: ["--set", "http.port=99999"] }, /http\.port/],
  ["an unknown key in --set", { args: ["--set", "no.such.key=1"] }, /no\.such\.key/],
  ["a --set without value", { args: ["--set", "http.port"] }, /http\.port/],
  ["a duration that is none", { args: ["--set", "auth.access_token_ttl=soon"] }, /auth\.access_token_ttl/],
  ["a word that is not offered", { args: ["--set", "auth.registration=maybe"] }, /auth\.registration/],
  ["a file that is no JSON", { file: '{"http":' }, /config\.json/],
  ["a file that does not exist", { args: ["--config", "/nowhere/chatd.json"] }, /\/nowhere\/chatd\.json/],
  ["an environment variable of the wrong type", { env: { PORT: "abc" } }, /PORT/],
  ["an unknown option", { args: ["--frobnicate"] }, /frobnicate/],
];

describe("command line", () => {
  after(() => rmSync(scratch, { recursive: true, force: true }));

  for (const [what, { file, args = [], env }, reason] of refusedStarts) {
    test(`${what} stops the start with the reason`, option, async () => {
      const configFile = path.join(scratch, "config.json");
      if (file) writeFileSync(configFile, file);
      const command = [
        ...(file ? ["--config", configFile] : []),
        "--data-dir",
        path.join(scratch, "data"),
        ...args,
      ];
      const { code, stdout, stderr } = await runChatd(command, { env });
      assert.ok(code > 0, `exit code ${code}`);
      assert.match(stderr + stdout, reason);
      if (file) assert.ok((stderr + stdout).includes("config.json"), "names the file");
    });
  }

  test("--version", option, async () => {
    const { code, stdout } = await runChatd(["--version"]);
    assert.equal(code, 0);
    assert.match(stdout, /\d+\.\d+\.\d+/);
  });

  test("--check-config prints values and where they come from, and masks secrets", option, async () => {
    const configFile = path.join(scratch, "checked.json");
    writeFileSync(configFile, JSON.stringify({ http: { host: "127.0.0.1" }, log: { level: "warn" } }));
    const args = [
      "--config",
      configFile,
      "--set",
      "presence.linger=7s",
      "--check-config",
      "--data-dir",
      scratch,
    ];
    const env = {
      JWT_SECRET: strongSecret,
      PORT: "4321",
      LOG_LEVEL: "debug",
      ADMIN_EMAIL: "a@example.com",
      ADMIN_PASSWORD: "admin-pass-word",
    };
    const { code, stdout, stderr } = await runChatd(args, { env });
    assert.equal(code, 0, stderr);
    const line = (key) =>
      stdout.split("\n").find((one) => one.trimStart().startsWith(key)) ??
      assert.fail(`${key} in\n${stdout}`);
    assert.match(line("presence.linger"), /7/);
    assert.match(line("http.port"), /4321/);
    assert.match(line("http.port"), /PORT|environment/);
    assert.match(line("log.level"), /debug/, "the environment stands before the file");
    assert.match(line("http.host"), /127\.0\.0\.1/);
    assert.match(line("http.host"), /file|checked\.json/);
    assert.match(line("chat.max_content"), /1000/);
    assert.match(line("chat.max_content"), /default/);
    assert.ok(!stdout.includes(strongSecret) && !stdout.includes("admin-pass-word"), "secrets are masked");
  });

  test("names of services that are not used are reported, never an error", option, async () => {
    const env = { MONGODB_URI: "mongodb://localhost:27017/x", ELASTICSEARCH_URL: "http://localhost:9200" };
    const { code, stdout, stderr } = await runChatd(["--check-config", "--data-dir", scratch], { env });
    assert.equal(code, 0, stderr);
    assert.match(stdout + stderr, /MONGODB_URI/);
    assert.match(stdout + stderr, /ELASTICSEARCH_URL/);
  });

  for (const [what, env] of [
    ["no secret", {}],
    ["a short secret", { JWT_SECRET: "too-short" }],
    ["a document's sample secret", { JWT_SECRET: "your-super-secret-jwt-key" }],
  ]) {
    test(`NODE_ENV=production with ${what} does not start`, option, async () => {
      const args = ["--data-dir", path.join(scratch, `production-${what.length}`), "--set", "http.port=0"];
      const { code, stdout, stderr } = await runChatd(args, { env: { NODE_ENV: "production", ...env } });
      assert.ok(code > 0, `exit code ${code}`);
      assert.match(stdout + stderr, /JWT_SECRET|auth\.jwt_secret/);
    });
  }
});

describe("secrets and accounts", () => {
  test("a missing secret is generated once and kept: tokens outlive a restart", option, async () => {
    const server = new Chatd({ set: { "auth.jwt_secret": undefined, "auth.jwt_refresh_secret": undefined } });
    try {
      await server.start();
      const person = await Person.register(server);
      await server.restart();
      await person.get("/api/auth/me", 200);
      await person.post("/api/auth/refresh", { refreshToken: person.refreshToken }, 200);
    } finally {
      await server.dispose();
    }
  });

  test("ADMIN_EMAIL and ADMIN_PASSWORD make the first admin, once", option, async () => {
    const account = { email: "root@example.com", password: "root pass word" };
    const server = new Chatd({ env: { ADMIN_EMAIL: account.email, ADMIN_PASSWORD: account.password } });
    try {
      await server.start();
      const login = () => new Api(server).post("/api/auth/login", account, 200);
      assert.equal((await login()).body.user.role, "ADMIN");
      await server.restart();
      assert.equal((await login()).body.user.role, "ADMIN");
    } finally {
      await server.dispose();
    }
  });

  test("a user's address as ADMIN_EMAIL stops the start and promotes nobody", option, async () => {
    const server = new Chatd();
    try {
      await server.start();
      const person = await Person.register(server);
      await server.stop();
      server.env = { ADMIN_EMAIL: person.user.email, ADMIN_PASSWORD: "another pass word" };
      await assert.rejects(server.start(), /ended before it was ready/);
      assert.ok(
        server.output().includes(person.user.email) || /ADMIN_EMAIL|admin\.email/.test(server.output()),
        server.tail(),
      );
      server.env = {};
      await server.start();
      assert.equal((await person.get("/api/auth/me", 200)).body.user.role, "USER");
    } finally {
      await server.dispose();
    }
  });

  test("chatd user create --admin makes an admin who can sign in", option, async () => {
    const server = new Chatd();
    try {
      await server.start();
      await server.stop();
      const account = { username: "captain", email: "captain@example.com", password: "captain pass" };
      const data = ["--data-dir", path.join(server.directory, "data")];
      const args = [
        "user",
        "create",
        "--admin",
        "--username",
        account.username,
        "--email",
        account.email,
        "--password",
        account.password,
      ];
      const created = await runChatd([...data, ...args]);
      assert.equal(created.code, 0, created.stderr);
      const again = await runChatd([...data, ...args]);
      assert.ok(again.code > 0, "the second time the name is taken");
      assert.match(again.stderr + again.stdout, /username|email|taken|exists|CONFLICT/i);
      await server.start();
      const { email, password } = account;
      assert.equal(
        (await new Api(server).post("/api/auth/login", { email, password }, 200)).body.user.role,
        "ADMIN",
      );
    } finally {
      await server.dispose();
    }
  });
});

describeChatd("stopping", {}, (server, check) => {
  check("SIGTERM with open sockets, polls and requests in flight: exit code 0", async () => {
    const { alice, conversationId } = await chattingPair(server);
    await alice.open({ transports: ["polling"] });
    const requests = Array.from({ length: 20 }, (_, i) =>
      alice.post("/api/messages", { conversationId, content: `m${i}` }).then(
        ({ status }) => status,
        () => "cut",
      ),
    );
    await server.stop();
    const outcomes = await Promise.all(requests);
    await server.start();
    const stored = await alice.history(conversationId);
    const accepted = outcomes.filter((status) => status === 201).length;
    assert.ok(stored.length >= accepted, "what was answered is stored");
  });

  check("SIGINT does the same", async () => {
    server.child.kill("SIGINT");
    assert.deepEqual(await server.exited, { code: 0, signal: null });
    await server.start();
  });

  check("SIGHUP does not stop it", async () => {
    server.child.kill("SIGHUP");
    await sleep(200);
    assert.equal((await new Api(server).get("/api/health", 200)).body.status, "ok");
  });
});

describeChatd("logs", { set: { "log.console": false } }, (server, check) => {
  const logs = () => {
    const directory = path.join(server.directory, "data", "logs");
    return readdirSync(directory)
      .map((file) => readFileSync(path.join(directory, file), "utf8"))
      .join("");
  };

  check("are JSON lines with the agreed keys, and never contain a token, a password or a text", async () => {
    const { alice, bob, aliceTab, conversationId } = await chattingPair(server);
    await bob.open({ auth: {}, query: { token: bob.token } });
    await bob.open({
      auth: {},
      extraHeaders: { authorization: `Bearer ${bob.token}` },
      transports: ["polling"],
    });
    const unheard = "words-that-nobody-logs";
    await aliceTab.do("send_message", { conversationId, content: unheard });
    await alice.say(conversationId, unheard);
    const requestId = "e2e-request-id-1";
    await alice.get("/api/auth/me", { headers: { "x-request-id": requestId }, status: 200 });
    await alice.request("GET", `/api/nowhere?token=${alice.token}`, { status: 404, documented: false });
    const { body } = await new Api(server).post(
      "/api/auth/refresh",
      { refreshToken: alice.refreshToken },
      200,
    );
    await new Api(server).post(
      "/api/auth/login",
      { email: alice.user.email, password: "wrong-pass-word" },
      401,
    );
    await alice.post("/api/auth/logout", undefined, 200);
    await server.restart();
    const text = logs();
    for (const secret of [
      alice.token,
      bob.token,
      alice.refreshToken,
      body.accessToken,
      "wrong-pass-word",
      alice.password,
      unheard,
    ]) {
      assert.ok(!text.includes(secret), `a secret is logged: ${secret.slice(0, 20)}…`);
      assert.ok(!text.includes(encodeURIComponent(secret)));
    }
    assert.ok(!text.includes(alice.token.split(".")[2]), "nor a signature");
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const line of lines) {
      for (const key of ["level", "message", "service", "timestamp"])
        assert.equal(typeof line[key], "string", JSON.stringify(line));
    }
    const request = lines.find((line) => line.requestId === requestId);
    assert.equal(request.level, "info");
    assert.equal(request.userId, alice.id);
    assert.equal(request.status, 200);
  });

  check("console, combined.log and error.log", async () => {
    assert.ok(readdirSync(path.join(server.directory, "data", "logs")).includes("combined.log"));
    assert.doesNotMatch(server.output(), /^\{/m, "no log line on the console when it is switched off");
  });
});
