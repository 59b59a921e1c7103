// Bodies, headers and targets that no honest client sends (contract section 1; issue A, section F).
import assert from "node:assert/strict";
import { Api, assertErrorBody, assertRefused, rawRequest } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { pair, Person, uniqueName } from "../support/people.mjs";

const login = "/api/auth/login";
const json = "application/json";

const malformed = [
  "{",
  "}",
  "[",
  '"',
  '{"a":}',
  "{'a':1}",
  '{"a":1,}',
  '{"a":1}{"b":2}',
  '{"a":01}',
  '{"a":+1}',
  '{"a":.5}',
  '{"a":NaN}',
  '{"a":Infinity}',
  '{"a":"\t"}',
  '{"a":"\\x41"}',
  '{"a":"\\u12"}',
  "nul",
  "tru",
  "undefined",
  '\ufeff{"a":1}',
  '{"a":1}\u0000',
  '/* c */{"a":1}',
  "",
  " ",
  "\n",
];

const notUtf8 = [
  [0xff],
  [0xc3, 0x28],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xe2, 0x82],
];

describeChatd("hostile bodies", { concurrency: true }, (server, check) => {
  const api = new Api(server);
  const post = (raw, options = {}) => api.request("POST", login, { raw, ...options });

  for (const body of malformed) {
    check(`malformed JSON ${JSON.stringify(body)} is a 400`, async () => {
      assertRefused(await post(body, { status: 400 }), 400, "VALIDATION_ERROR");
    });
  }

  for (const bytes of notUtf8) {
    check(`bytes that are not UTF-8 (${Buffer.from(bytes).toString("hex")}) are a 400`, async () => {
      const raw = Buffer.concat([
        Buffer.from('{"email":"'),
        Buffer.from(bytes),
        Buffer.from('","password":"xxxxxx"}'),
      ]);
      assertRefused(await post(raw, { status: 400 }), 400, "VALIDATION_ERROR");
    });
  }

  check("a body that is no object is a 400", async () => {
    for (const body of ["null", "true", "17", '"text"', "[]", '[{"email":"a@b.co"}]']) {
      assertRefused(await post(body, { status: 400 }), 400, "VALIDATION_ERROR");
    }
  });

  for (const [what, open, close] of [
    ["lists", "[", "]"],
    ["objects", '{"a":', "}"],
  ]) {
    check(`JSON that is 100 000 ${what} deep is a 400`, async () => {
      const deep = `{"email":${open.repeat(100_000)}1${close.repeat(100_000)},"password":"xxxxxx"}`;
      assertRefused(await post(deep, { status: 400 }), 400, "VALIDATION_ERROR");
      assertRefused(await post(open.repeat(100_000), { status: 400 }), 400, "VALIDATION_ERROR");
    });
  }

  check("numbers at the edge neither crash nor pass for text", async () => {
    for (const number of [
      "1e999",
      "-1e999",
      "1e-999",
      "9".repeat(4000),
      "-0",
      "0.1e1",
      "18446744073709551616",
    ]) {
      assertRefused(
        await post(`{"email":${number},"password":${number}}`, { status: 400 }),
        400,
        "VALIDATION_ERROR",
      );
    }
  });

  check("a body over 1 MiB is a 413, with and without a length", async () => {
    const raw = `{"email":"${"x".repeat(1024 * 1024)}"}`;
    assertRefused(await post(raw), 413, "PAYLOAD_TOO_LARGE");
    const chunked = await rawRequest(server, "POST", login, {
      headers: { "content-type": json, "transfer-encoding": "chunked" },
      body: raw,
    });
    assert.equal(chunked.status, 413);
    assertErrorBody(chunked);
  });

  check("a body just under 1 MiB is read", async () => {
    const filler = "x".repeat(1024 * 1024 - 100);
    const answer = await post(JSON.stringify({ email: "a@example.com", password: "wrong one", filler }));
    assertRefused(answer, 401, "UNAUTHORIZED");
  });

  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "application/jsonp",
    "garbage",
    "",
  ]) {
    check(`content type ${JSON.stringify(type)} is a 415`, async () => {
      const answer = await post('{"email":"a@example.com","password":"xxxxxx"}', {
        headers: { "content-type": type },
      });
      assertRefused(answer, 415, "UNSUPPORTED_MEDIA_TYPE");
    });
  }

  check("content types that mean JSON are accepted", async () => {
    for (const type of [json, "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]) {
      const answer = await post('{"email":"a@example.com","password":"xxxxxx"}', {
        headers: { "content-type": type },
      });
      assert.equal(answer.status, 401, type);
    }
  });

  check("repeated keys, __proto__ and unknown fields do no harm", async () => {
    const name = uniqueName("proto");
    const raw = `{"username":"${name}","email":"${name}@example.com","password":"password123","__proto__":{"role":"ADMIN"},
      "constructor":{"prototype":{"role":"ADMIN"}},"role":"ADMIN","isActive":false,"id":"x","galleryId":"1"}`;
    const { body } = await api.request("POST", "/api/auth/register", { raw, status: 201 });
    assert.equal(body.user.role, "USER");
    assert.equal(body.user.isActive, true);
    assert.ok(!body.user.galleryId);
  });

  for (const [what, text] of [
    ["NUL", "a\\u0000b"],
    ["a lone high surrogate", "a\\ud83db"],
    ["a lone low surrogate", "a\\ude00b"],
    ["surrogates the wrong way round", "\\ude00\\ud83d"],
  ]) {
    check(`${what} in a message is refused or kept as it is, never something else`, async () => {
      const { alice, bob, conversationId } = await pair(server);
      const raw = `{"conversationId":"${conversationId}","content":"${text}"}`;
      const answer = await alice.request("POST", "/api/messages", { raw });
      assert.ok([201, 400].includes(answer.status), answer.text);
      const stored = await bob.history(conversationId);
      assert.equal(stored.length, answer.status === 201 ? 1 : 0);
      if (answer.status === 201) assert.equal(stored[0].content, JSON.parse(`"${text}"`));
    });

    check(`${what} in a user name, an e-mail or an id is a 400`, async () => {
      const raw = (field) =>
        `{"username":"${uniqueName()}","email":"${uniqueName()}@example.com","password":"password123","${field}":"${text}"}`;
      for (const field of ["username", "email"]) {
        assertRefused(
          await api.request("POST", "/api/auth/register", { raw: raw(field) }),
          400,
          "VALIDATION_ERROR",
        );
      }
      const person = await Person.register(server);
      const answer = await person.request("POST", "/api/conversations", {
        raw: `{"participantId":"${text}"}`,
      });
      assert.ok([400, 404].includes(answer.status), answer.text);
    });
  }

  check("control characters in a search, a path and a query are clear errors", async () => {
    const person = await Person.register(server);
    for (const target of [
      "/api/search/messages?query=%00",
      "/api/search/messages?query=%FF%FE",
      "/api/search/suggestions?query=%00%00",
      "/api/users/list?search=%00",
      "/api/users/list?search=%ED%A0%80",
      "/api/messages/%00",
      "/api/messages/%FF",
      "/api/messages/conversations/%C0%AF",
      "/api/users/online/status/%00",
      "/api/messages/search?q=%00",
      "/api/messages/%",
      "/api/messages/%zz",
      "/api/conversations?limit=%00",
      "/api/conversations/%E2%82",
    ]) {
      const answer = await person.request("GET", target, { documented: false });
      assert.ok([200, 400, 404].includes(answer.status), `${target}: ${answer.status} ${answer.text}`);
    }
  });

  check("a body on GET and DELETE is ignored or refused, and the connection stays in step", async () => {
    const person = await Person.register(server);
    for (const body of ['{"a":1}', "garbage", "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"]) {
      const answer = await person.request("GET", "/api/auth/me", { raw: body });
      assert.ok([200, 400, 415].includes(answer.status), answer.text);
      await person.get("/api/auth/me", 200);
    }
  });

  check("an Authorization header full of rubbish is a 401", async () => {
    for (const authorization of [
      "Bearer \u00ff\u00fe",
      `Bearer ${"a".repeat(6000)}`,
      "Bearer a.b.c.d.e",
      "Bearer ..",
      "Bearer .",
      `Bearer ${".".repeat(3000)}`,
      "Bearer %00",
    ]) {
      const answer = await api.get("/api/auth/me", { headers: { authorization } });
      assert.equal(answer.status, 401, authorization.slice(0, 30));
    }
  });
});
