// The opening handshake of RFC 6455 (section 4), byte by byte.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { RawHttp, rawRequest } from "../support/raw_http.mjs";
import { RawWebSocket, acceptKey, frame, handshakeRequest, opcode } from "../support/raw_websocket.mjs";
import { TestServer, patience } from "../support/test_server.mjs";

describe("WebSocket opening handshake", { concurrency: 4 }, () => {
  let server;
  before(async () => (server = await TestServer.start(...patience)));
  after(() => server.stop());

  const shake = (options) => rawRequest(server, handshakeRequest(server, options));

  it("answers 101 with the accept key of the RFC's example", async () => {
    const key = "dGhlIHNhbXBsZSBub25jZQ==";
    assert.equal(acceptKey(key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    const { status, headers } = await shake({ headers: { "Sec-WebSocket-Key": key } });
    assert.equal(status, 101);
    assert.equal(headers["sec-websocket-accept"], acceptKey(key));
    assert.equal(headers.upgrade.toLowerCase(), "websocket");
    assert.equal(headers.connection.toLowerCase(), "upgrade");
  });

  const accepted = {
    "upper and lower case mixed": { Upgrade: "WebSocket", Connection: "upgrade" },
    "a Connection list as Firefox sends it": { Connection: "keep-alive, Upgrade" },
    "an Origin": { Origin: "https://front.example" },
    "unknown extensions": { "Sec-WebSocket-Extensions": "x-unknown; a=b" },
    "unknown headers": { "X-Own": "1", Cookie: "a=b" },
  };
  for (const [name, headers] of Object.entries(accepted))
    it(`accepts ${name}`, async () => assert.equal((await shake({ headers })).status, 101));

  it("never negotiates permessage-deflate", async () => {
    const offer = "permessage-deflate; client_max_window_bits, permessage-deflate";
    const { status, headers } = await shake({ headers: { "Sec-WebSocket-Extensions": offer } });
    assert.equal(status, 101);
    assert.equal(headers["sec-websocket-extensions"], undefined);
  });

  it("names no subprotocol that was not offered", async () => {
    const { headers } = await shake();
    assert.equal(headers["sec-websocket-protocol"], undefined);
  });

  const refused = {
    "no key": [{ headers: { "Sec-WebSocket-Key": undefined } }, [400]],
    "an empty key": [{ headers: { "Sec-WebSocket-Key": "" } }, [400]],
    "a key of the wrong length": [{ headers: { "Sec-WebSocket-Key": "dG9vIHNob3J0" } }, [400]],
    "a key that is not base64": [{ headers: { "Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!==" } }, [400]],
    "no version": [{ headers: { "Sec-WebSocket-Version": undefined } }, [400, 426]],
    "another Upgrade": [{ headers: { Upgrade: "h2c" } }, [200, 400, 426]],
    "no Upgrade": [{ headers: { Upgrade: undefined } }, [400, 426]],
    "no Connection: Upgrade": [{ headers: { Connection: "keep-alive" } }, [400, 426]],
    POST: [{ method: "POST", headers: { "Content-Length": "0" } }, [400, 405]],
    "HTTP/1.0": [{ version: "HTTP/1.0" }, [400, 426, 505]],
    "an unknown path": [{ target: "/nowhere/?EIO=4&transport=websocket" }, [404, 400]],
  };
  for (const [name, [options, statuses]] of Object.entries(refused))
    it(`refuses ${name}`, async () => {
      const response = await shake(options);
      assert.ok(statuses.includes(response?.status), `status ${response?.status}`);
    });

  for (const version of ["0", "8", "12", "14", "abc"])
    it(`answers version ${version} with 426 and the version it speaks`, async () => {
      const { status, headers } = await shake({ headers: { "Sec-WebSocket-Version": version } });
      assert.equal(status, 426);
      assert.equal(headers["sec-websocket-version"], "13");
    });

  it("can be repeated on the same connection after a refusal that keeps it", async () => {
    const raw = await RawHttp.connect(server);
    raw.write(handshakeRequest(server, { target: "/engine.io/?EIO=9&transport=websocket" }));
    const first = await raw.response();
    assert.equal(first.status, 400);
    if (first.headers.connection?.toLowerCase() !== "close" && !raw.finished) {
      raw.write(handshakeRequest(server));
      assert.equal((await raw.response()).status, 101);
    }
    raw.close();
  });

  it("follows requests on a kept connection", async () => {
    const raw = await RawHttp.connect(server);
    raw.write(`GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
    assert.equal((await raw.response()).status, 200);
    raw.write(handshakeRequest(server));
    assert.equal((await raw.response()).status, 101);
    raw.close();
  });

  it("reads a request that comes one byte at a time", async () => {
    const raw = await RawHttp.connect(server, { noDelay: true });
    for (const byte of Buffer.from(handshakeRequest(server))) {
      raw.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    assert.equal((await raw.response()).status, 101);
    raw.close();
  });

  it("sends the open packet unmasked and unfragmented", async () => {
    const raw = await RawHttp.connect(server);
    raw.write(handshakeRequest(server));
    await raw.response();
    raw.close();
    const peer = await RawWebSocket.open(server);
    peer.send(opcode.text, "4hello");
    const { fin, rsv, masked, payload } = await peer.next();
    assert.deepEqual([fin, rsv, masked, payload.toString()], [true, 0, false, "4hello"]);
    peer.close();
  });

  it("takes frames that follow the request at once", async () => {
    const raw = await RawHttp.connect(server);
    raw.write(Buffer.concat([Buffer.from(handshakeRequest(server)), frame(opcode.ping, "early")]));
    assert.equal((await raw.response()).status, 101);
    raw.close();
  });
});
