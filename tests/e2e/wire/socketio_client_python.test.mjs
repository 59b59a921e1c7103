// Debian's python3-socketio, driven by python_client.py: polling only, WebSocket only, and upgrading.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TestServer, patience } from "../support/test_server.mjs";
import { slowdown } from "../support/time.mjs";

const script = fileURLToPath(new URL("python_client.py", import.meta.url));
const run = promisify(execFile);

async function talk(server, transports) {
  const options = { timeout: 30_000 * slowdown };
  const { stdout } = await run("/usr/bin/python3", [script, server.http, transports], options);
  return JSON.parse(stdout);
}

const greetings = [
  ["auth", { token: "abc" }],
  ["custom auth", { token: "abc" }],
];

for (const recovery of [[], ["--recovery"]])
  describe(`python3-socketio ${recovery}`, { concurrency: 3 }, () => {
    let server;
    before(async () => (server = await TestServer.start(...patience, ...recovery)));
    after(() => server.stop());

    for (const transports of ["polling", "websocket", "polling,websocket"])
      it(`talks over ${transports} and never sees an offset`, async () => {
        assert.deepEqual(await talk(server, transports), {
          transport: transports.split(",").at(-1),
          greetings,
          echo: ["message-back", "text ğ🦄", 1, { a: [null, true] }],
          binary: true,
          ack: ["a", [1]],
          "binary ack": true,
          large: true,
          "large binary": true,
          question: { ok: true, answer: [42] },
          join: true,
          broadcast: ["news", { n: 1 }, { bytes: [...Array(256).keys()] }],
          order: true,
          "connected after disconnect": false,
          "unknown namespace": { message: "Invalid namespace" },
          middleware: { message: "not authorized", data: { code: "E_AUTH" } },
          parallel: true,
        });
      });
  });
