// Slow, endless and half-open connections (contract section 1, Bounds).
import assert from "node:assert/strict";
import { Api, rawRequest } from "../support/api.mjs";
import { describeChatd, patience, sleep } from "../support/chatd.mjs";
import { Person } from "../support/people.mjs";
import { RawHttp } from "../support/raw_http.mjs";

const impatient = { "http.header_timeout": "1s", "http.body_timeout": "1500ms" };

/** Writes a request head and the parts of a body with pauses; answers the response or null. */
async function slowly(server, parts, pause) {
  const connection = await RawHttp.connect(server);
  const answered = connection.response({ ms: patience(6000) });
  let over = false;
  answered.finally(() => (over = true)).catch(() => {});
  for (const part of parts) {
    if (over) break;
    connection.write(part);
    await sleep(pause);
  }
  return answered;
}

const head = (length) =>
  `POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

describeChatd("slow clients", { set: impatient, concurrency: true }, (server, check) => {
  check("a head that dribbles in is cut off", async () => {
    const begun = Date.now();
    const response = await slowly(
      server,
      [..."GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ".padEnd(200, "y")],
      100,
    );
    assert.ok(response === null || [400, 408].includes(response.status), String(response?.status));
    const took = Date.now() - begun;
    assert.ok(took >= 700 && took < patience(4000), `after ${took} ms`);
  });

  check("a connection that says nothing is closed", async () => {
    const connection = await RawHttp.connect(server);
    await connection.waitEnded(patience(10_000));
  });

  check("a body that dribbles in is cut off", async () => {
    const begun = Date.now();
    const response = await slowly(server, [head(1000), ...'{"email":"'.padEnd(100, "x")], 100);
    assert.ok(response === null || [400, 408].includes(response.status), String(response?.status));
    const took = Date.now() - begun;
    assert.ok(took >= 1000 && took < patience(5000), `after ${took} ms`);
  });

  check("a body that never comes is cut off", async () => {
    const connection = await RawHttp.connect(server);
    connection.write(head(50));
    await connection.response({ ms: patience(6000) });
    await connection.waitEnded(patience(6000));
  });

  check("many half-open connections do not keep others out", async () => {
    const open = await Promise.all(Array.from({ length: 200 }, () => RawHttp.connect(server)));
    for (const [index, connection] of open.entries()) connection.write(index % 2 ? "GET /hea" : head(10));
    const begun = Date.now();
    await new Api(server).get("/health", 200);
    assert.ok(Date.now() - begun < patience(1000));
    for (const connection of open) connection.close();
  });

  check("clients that vanish in the middle of a request or an answer leave nothing behind", async () => {
    const person = await Person.register(server);
    for (let i = 0; i < 50; i += 1) {
      const connection = await RawHttp.connect(server);
      connection.write(
        `GET /api/users/list HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${person.token}\r\n\r\n`,
      );
      connection.socket.resetAndDestroy?.();
      connection.close();
    }
    await person.get("/api/users/list", 200);
  });
});

const refused = [
  [
    "a header block over 16 KiB",
    `GET /health HTTP/1.1\r\nHost: x\r\nX-Large: ${"y".repeat(17_000)}\r\n\r\n`,
    [400, 431],
  ],
  ["a target over 8 KiB", `GET /health?${"y".repeat(8300)} HTTP/1.1\r\nHost: x\r\n\r\n`, [400, 414, 431]],
  ["no HTTP at all", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n", [400]],
  ["an unknown version", "GET /health HTTP/9.9\r\nHost: x\r\n\r\n", [400, 505]],
  [
    "two different lengths",
    "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    [400],
  ],
  [
    "length and chunks together",
    "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    [400],
  ],
  [
    "a length that is no number",
    "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\nabcde",
    [400],
  ],
  ["a negative length", "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", [400]],
  [
    "a length beyond every bound",
    "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n",
    [400, 413],
  ],
  [
    "a chunk size that is no number",
    "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
    [400],
  ],
  ["a header with a bare CR", "GET /health HTTP/1.1\r\nHost: x\r\nX-Bad: a\rb\r\n\r\n", [400]],
  ["a space before the colon", "GET /health HTTP/1.1\r\nHost : x\r\n\r\n", [400]],
  ["NUL in the target", "GET /hea\u0000lth HTTP/1.1\r\nHost: x\r\n\r\n", [400]],
];

describeChatd("malformed HTTP", { concurrency: true }, (server, check) => {
  for (const [what, bytes, statuses] of refused) {
    check(`${what} is refused and the connection closed`, async () => {
      const connection = await RawHttp.connect(server);
      connection.write(bytes);
      const response = await connection.response({ ms: patience(15_000) });
      assert.ok(response === null || statuses.includes(response.status), `status ${response?.status}`);
      await connection.waitEnded(patience(15_000));
      assert.equal((await rawRequest(server, "GET", "/livez")).status, 200);
    });
  }

  check("a bound that fits is not refused: header block of 15 KiB, target of 7 KiB", async () => {
    const header = await rawRequest(server, "GET", "/health", { headers: { "x-large": "y".repeat(15_000) } });
    assert.equal(header.status, 200);
    assert.equal((await rawRequest(server, "GET", `/health?${"y".repeat(7000)}`)).status, 200);
  });

  check("pipelined requests are answered in order", async () => {
    const connection = await RawHttp.connect(server);
    const get = (target) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`;
    connection.write(get("/livez") + get("/api/nowhere") + get("/health"));
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await connection.response()).status);
    assert.deepEqual(statuses, [200, 404, 200]);
  });

  check("Expect: 100-continue is answered", async () => {
    const connection = await RawHttp.connect(server);
    const body = '{"email":"a@example.com","password":"xxxxxx"}';
    connection.write(
      `POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    assert.equal((await connection.response())?.status, 100);
    connection.write(body);
    assert.equal((await connection.response()).status, 401);
  });
});

describeChatd(
  "http.max_connections_per_ip",
  { set: { "http.max_connections_per_ip": 5 } },
  (server, check) => {
    check("bounds one address", async () => {
      server.forgetConnections();
      await sleep(100);
      const connections = [];
      for (let i = 0; i < 5; i += 1) connections.push(await RawHttp.connect(server));
      await sleep(100);
      const sixth = await RawHttp.connect(server);
      sixth.write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
      const answer = await sixth.response({ ms: patience(3000) }).catch(() => null);
      assert.ok(answer === null || [429, 503].includes(answer.status), `status ${answer?.status}`);
      for (const connection of connections) connection.close();
      sixth.close();
      await sleep(200);
      assert.equal((await rawRequest(server, "GET", "/livez")).status, 200);
    });
  },
);
