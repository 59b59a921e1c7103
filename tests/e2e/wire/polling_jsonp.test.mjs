// Long-polling through script tags (`j`), for clients without cross-origin requests.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { engineUrl } from "../support/engineio.mjs";
import { TestServer, patience } from "../support/test_server.mjs";

describe("JSONP polling", () => {
  let server;
  before(async () => (server = await TestServer.start(...patience)));
  after(() => server.stop());

  /** The argument of the one call that the script makes. */
  async function argumentOf(response, number) {
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type"), /^text\/javascript; ?charset=utf-8$/i);
    const [, callback, json] = /^___eio\[(\d+)\]\((".*")\);$/s.exec(await response.text());
    assert.equal(Number(callback), number);
    return JSON.parse(json);
  }

  const openSession = async (eio) => {
    const query = { EIO: eio, transport: "polling", j: 3 };
    const payload = await argumentOf(await fetch(engineUrl(server.http, query)), 3);
    const { sid } = JSON.parse(payload.slice(payload.indexOf("{")));
    return engineUrl(server.http, { ...query, sid });
  };

  const post = (url, payload) => fetch(url, { method: "POST", body: new URLSearchParams({ d: payload }) });

  for (const eio of [4, 3])
    it(`echoes text of Engine.IO ${eio} as a script`, async () => {
      const packet = "4hello ğ\u2028 \"'</script>";
      const whole = eio === 3 ? `${packet.length}:${packet}` : packet;
      const url = await openSession(eio);
      assert.equal((await post(url, whole)).status, 200);
      assert.equal(await argumentOf(await fetch(url), 3), whole);
    });

  it("keeps line feeds that the client wrote as \\n", async () => {
    const url = await openSession(4);
    assert.equal((await post(url, "4two\\nlines")).status, 200);
    assert.equal(await argumentOf(await fetch(url), 3), "4two\nlines");
  });

  it("calls nothing but a number", async () => {
    const query = { EIO: 4, transport: "polling", j: "0](alert(1));//" };
    const text = await (await fetch(engineUrl(server.http, query))).text();
    assert.match(text, /^___eio\[\d*\]\("/);
  });
});
