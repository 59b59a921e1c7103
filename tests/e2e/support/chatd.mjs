// Starts, stops and kills one chatd process on a loopback port of its own, and ties it to a test suite.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { cleanUp } from "./cleanup.mjs";

export const repository = fileURLToPath(new URL("../../../", import.meta.url));
export const binary = path.resolve(repository, process.env.CHATD_BIN_DIR ?? "build/dev/bin", "chatd");

/** The secret that suites sign their own tokens with. */
export const jwtSecret = "e2e-access-secret-0123456789abcdef0123456789abcdef";
export const jwtRefreshSecret = "e2e-refresh-secret-0123456789abcdef0123456789abcdef";

const slowdown = Number(process.env.CHATD_TEST_SLOWDOWN ?? 1);

/** Milliseconds to wait for something that should be there well before; longer under slow sanitizers. */
export const patience = (milliseconds) => milliseconds * slowdown;

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Polls `probe` until it answers something truthy, which is returned. */
export async function until(probe, what, milliseconds = 5000) {
  const deadline = Date.now() + patience(milliseconds);
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) assert.fail(`waited ${milliseconds} ms in vain for ${what}`);
    await sleep(15);
  }
}

const inexpensive = {
  "http.host": "127.0.0.1",
  "auth.jwt_secret": jwtSecret,
  "auth.jwt_refresh_secret": jwtRefreshSecret,
  "auth.argon2_memory_kib": 8192,
  "auth.argon2_iterations": 1,
  "limits.enabled": false,
  "log.console": true,
};

const inherited = ["PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"];

/** The environment of a child: nothing of ours that chatd would read as configuration. */
export function cleanEnvironment(extra = {}) {
  const kept = inherited.filter((name) => name in process.env).map((name) => [name, process.env[name]]);
  return { ...Object.fromEntries(kept), ...extra };
}

/** Below the ephemeral range, so that no outgoing connection can take it while chatd is down. */
async function freePort() {
  for (;;) {
    const port = 20000 + Math.floor(Math.random() * 12000);
    const free = await new Promise((resolve) => {
      const probe = net.createServer();
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

const settingArguments = (settings) =>
  Object.entries(settings).flatMap(([name, value]) => ["--set", `${name}=${value}`]);

/** Runs chatd to its end (for `--version`, `--check-config` and refused starts). */
export function runChatd(args, { env = {}, cwd = os.tmpdir(), milliseconds = 15000 } = {}) {
  return new Promise((resolve) => {
    const options = { env: cleanEnvironment(env), cwd, timeout: patience(milliseconds) };
    execFile(binary, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? null) : 0, signal: error?.signal ?? null, stdout, stderr });
    });
  });
}

export class Chatd {
  /** `set`: settings by path; `env`: environment of the process; `args`: further command line. */
  constructor({ set = {}, env = {}, args = [] } = {}) {
    this.settings = { ...inexpensive, ...set };
    for (const [name, value] of Object.entries(this.settings))
      if (value === undefined) delete this.settings[name];
    this.env = env;
    this.args = args;
    this.child = null;
    this.closables = new Set();
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get running() {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  async start() {
    this.directory ??= mkdtempSync(path.join(os.tmpdir(), "chatd-e2e-"));
    this.port ??= await freePort();
    this.outputFile = path.join(this.directory, "output");
    const output = openSync(this.outputFile, "a");
    const settings = settingArguments({ ...this.settings, "http.port": this.port });
    const args = ["--data-dir", path.join(this.directory, "data"), ...settings, ...this.args];
    this.child = spawn(binary, args, {
      cwd: this.directory,
      env: cleanEnvironment(this.env),
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    const child = this.child;
    this.exited = new Promise((resolve, reject) => {
      child.once("exit", (code, signal) => resolve({ code, signal }));
      child.once("error", reject);
    });
    this.exited.catch(() => {});
    try {
      await this.ready();
    } catch (error) {
      this.child.kill("SIGKILL");
      this.child = null;
      throw error;
    }
    return this;
  }

  /** Waits for 200 from /readyz; fails at once when the process ends before. */
  async ready() {
    const failed = this.exited.then(({ code, signal }) => {
      throw new Error(`chatd ended before it was ready (code ${code}, signal ${signal})\n${this.tail()}`);
    });
    failed.catch(() => {});
    const probe = () =>
      new Promise((resolve) => {
        const request = http.get(`${this.url}/readyz`, { agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode === 200);
        });
        request.once("error", () => resolve(false));
      });
    await Promise.race([until(probe, `200 from /readyz\n${this.tail()}`, 15000), failed]);
  }

  /** SIGTERM; the contract gives it ten seconds and exit code 0. */
  async stop() {
    if (!this.child) return;
    const alive = this.running;
    const begun = Date.now();
    if (alive) this.child.kill("SIGTERM");
    const overdue = setTimeout(() => this.child.kill("SIGKILL"), patience(10_000));
    const end = await this.exited;
    clearTimeout(overdue);
    this.forgetConnections();
    this.child = null;
    assert.ok(alive, `chatd had died (code ${end.code}, signal ${end.signal})\n${this.tail()}`);
    assert.deepEqual(end, { code: 0, signal: null }, `SIGTERM ended badly\n${this.tail()}`);
    assert.ok(Date.now() - begun <= patience(10_000), "stopped within 10 s");
    this.assertClean();
  }

  /** SIGKILL: the process gets no chance to flush anything. */
  async kill() {
    this.child.kill("SIGKILL");
    await this.exited;
    this.child = null;
    this.forgetConnections();
    this.assertClean();
  }

  async restart({ hard = false } = {}) {
    await (hard ? this.kill() : this.stop());
    await this.start();
  }

  /** Keeps something with close() until the suite ends. */
  track(closable) {
    this.closables.add(closable);
    return closable;
  }

  async dispose() {
    for (const closable of this.closables) closable.close();
    this.closables.clear();
    await cleanUp();
    try {
      await this.stop();
    } finally {
      if (this.directory) rmSync(this.directory, { recursive: true, force: true });
    }
  }

  forgetConnections() {
    this.agent.destroy();
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
  }

  output() {
    return this.outputFile ? readFileSync(this.outputFile, "utf8") : "";
  }

  tail(lines = 25) {
    return `--- chatd wrote last:\n${this.output().split("\n").slice(-lines).join("\n")}`;
  }

  assertAlive() {
    assert.ok(
      this.running,
      `chatd died (code ${this.child?.exitCode}, signal ${this.child?.signalCode})\n${this.tail(60)}`,
    );
    this.assertClean();
  }

  assertClean() {
    const report = /(ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|runtime error:)/.exec(
      this.output(),
    );
    assert.equal(
      report,
      null,
      `sanitizer report\n${this.output().slice(report?.index, report?.index + 4000)}`,
    );
  }
}

/**
 * A suite with a chatd of its own. `body(server, check)` declares tests with `check(title, [options], fn)`;
 * a failing one shows the end of the server's log.
 */
export function describeChatd(title, options, body) {
  describe(title, { concurrency: options.concurrency ?? false }, () => {
    const server = new Chatd(options);
    before(() => server.start(), { timeout: patience(30_000) });
    afterEach(() => server.assertAlive());
    after(() => server.dispose(), { timeout: patience(30_000) });
    const check = (name, ...rest) => {
      const fn = rest.pop();
      const limits = { timeout: 30_000, ...rest[0] };
      test(name, { ...limits, timeout: patience(limits.timeout) }, async (context) => {
        try {
          await fn(context);
        } catch (error) {
          context.diagnostic(server.tail());
          throw error;
        }
      });
    };
    body(server, check);
  });
}
