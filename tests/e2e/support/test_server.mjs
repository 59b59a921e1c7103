import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cleanUp } from "./cleanup.mjs";
import { eventually, within } from "./time.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const binaries = path.resolve(root, process.env.CHATD_BIN_DIR ?? "build/dev/bin");

/** Options for tests of stock clients, which a busy machine may hold up for longer than the usual 200 ms. */
export const patience = ["--ping-interval", "5000", "--ping-timeout", "5000"];

export async function freePort() {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

/** True when a TCP connection to the port is accepted. */
export async function accepts(port) {
  const socket = net.connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** One `socketio-test-server` of its own on a free port, as /shared/socketio-conformance.md describes it. */
export class TestServer {
  #child;
  #stderr = "";
  #exit;

  /** Resolves when the server accepts connections. */
  static async start(...options) {
    const server = new TestServer();
    server.port = await freePort();
    server.host = `127.0.0.1:${server.port}`;
    server.http = `http://${server.host}`;
    server.ws = `ws://${server.host}`;
    await server.#launch(options);
    return server;
  }

  async #launch(options) {
    const program = path.join(binaries, "socketio-test-server");
    this.#child = spawn(program, ["--port", String(this.port), ...options], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child.stderr.on("data", (text) => (this.#stderr += text));
    this.#exit = once(this.#child, "close");
    const failed = this.#exit.then(([code, signal]) => {
      throw new Error(`${program} ended at start (${signal ?? code}): ${this.#stderr}`);
    });
    failed.catch(() => {});
    await Promise.race([
      failed,
      eventually(() => accepts(this.port), `${program} accepts connections`, 10_000),
    ]);
  }

  /** The server's resident memory in bytes. */
  async residentBytes() {
    const status = await readFile(`/proc/${this.#child.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)[1]) * 1024;
  }

  /** A crash or a sanitizer's finding fails the suite that owns the server. */
  async stop() {
    await cleanUp();
    const ended = this.#child.exitCode ?? this.#child.signalCode;
    assert.equal(ended, null, `the server ended on its own (${ended}): ${this.#stderr}`);
    this.#child.kill("SIGTERM");
    try {
      const [code, signal] = await within(this.#exit, "the server stops on SIGTERM", 10_000);
      assert.ok(code === 0 || signal === "SIGTERM", `exit ${signal ?? code}: ${this.#stderr}`);
      assert.doesNotMatch(this.#stderr, /Sanitizer|runtime error:/);
    } finally {
      this.#child.kill("SIGKILL");
    }
  }
}
