// Registration and signing in (contract section 2).
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Api, assertRefused } from "../support/api.mjs";
import { describeChatd, jwtRefreshSecret, jwtSecret } from "../support/chatd.mjs";
import { claimsOf, headerOf } from "../support/jwt.mjs";
import { assertHasFields, Person, uniqueName, userFields } from "../support/people.mjs";

const superset = ["success", "message", "accessToken", "refreshToken", "expiresIn", "user", "data"];

function assertSession(answer) {
  const { body, text } = answer;
  assert.deepEqual(Object.keys(body), superset, "keys in the order of the contract");
  assert.deepEqual(Object.keys(body.data), ["user", "accessToken", "refreshToken", "expiresIn", "tokens"]);
  assert.deepEqual(body.data.tokens, { accessToken: body.accessToken, refreshToken: body.refreshToken });
  assert.equal(body.data.accessToken, body.accessToken);
  assert.equal(body.data.refreshToken, body.refreshToken);
  assert.equal(body.expiresIn, "15m");
  assert.equal(body.data.expiresIn, "15m");
  assert.deepEqual(body.data.user, body.user);
  assertHasFields(body.user, userFields, "user");
  assert.equal(/"accessToken":"([^"]+)"/.exec(text)[1], body.accessToken, "the first one found is the token");
  assert.doesNotMatch(text, /argon2|password/i);
}

function assertSignedWith(secret, token) {
  const [header, claims, signature] = token.split(".");
  assert.equal(createHmac("sha256", secret).update(`${header}.${claims}`).digest("base64url"), signature);
}

const refusedRegistrations = [
  ["a user name of 2 characters", { username: "ab" }, "username"],
  ["a user name of 31 characters", { username: "a".repeat(31) }, "username"],
  ["a user name with a space", { username: "john doe" }, "username"],
  ["a user name with a letter outside ASCII", { username: "ışık_ışık" }, "username"],
  ["a user name that is a list", { username: ["abcdef"] }, "username"],
  ["no user name", { username: undefined }, "username"],
  ["an empty e-mail", { email: "" }, "email"],
  ["an e-mail without @", { email: "john.example.com" }, "email"],
  ["an e-mail without domain", { email: "john@" }, "email"],
  ["an e-mail with a space", { email: "jo hn@example.com" }, "email"],
  ["no e-mail", { email: undefined }, "email"],
  ["a password of 5 bytes", { password: "12345" }, "password"],
  ["a password of 1025 bytes", { password: "x".repeat(1025) }, "password"],
  ["a password that is a number", { password: 12345678 }, "password"],
  ["no password", { password: undefined }, "password"],
  ["a phone that is not E.164", { phone: "0532 111" }, "phone"],
  ["a WhatsApp number that is not E.164", { whatsappNumber: "whatsapp" }, "whatsappNumber"],
];

describeChatd("registration and login", { concurrency: true }, (server, check) => {
  const api = new Api(server);
  const registration = (fields = {}) => {
    const username = uniqueName("reg");
    return { username, email: `${username}@example.com`, password: "password123", ...fields };
  };
  const register = (fields, status) => api.post("/api/auth/register", registration(fields), status);

  check("register answers 201 with the superset in the agreed order", async () => {
    const input = registration({ email: `Mixed.${uniqueName()}@Example.COM` });
    const answer = await api.post("/api/auth/register", input, 201);
    assertSession(answer);
    const { user, message } = answer.body;
    assert.equal(message, "User registered successfully");
    assert.equal(user.username, input.username);
    assert.equal(user.email, input.email.toLowerCase(), "stored in lower case");
    assert.equal(user.role, "USER");
    assert.equal(user.isActive, true);
    assert.ok(user.id.length > 0 && user.id.length <= 64);
  });

  check("tokens carry the claims of the contract and are signed with HS256 by two secrets", async () => {
    const { body } = await register({}, 201);
    const access = claimsOf(body.accessToken);
    assertHasFields(
      access,
      ["sub", "userId", "id", "email", "username", "role", "sid", "jti", "typ", "iat", "exp"],
      "access token",
    );
    assert.deepEqual([access.sub, access.userId, access.id], Array(3).fill(body.user.id));
    assert.deepEqual(
      [access.email, access.username, access.role],
      [body.user.email, body.user.username, "USER"],
    );
    assert.equal(access.typ, "access");
    assert.equal(access.exp - access.iat, 15 * 60);
    const refresh = claimsOf(body.refreshToken);
    assert.equal(refresh.typ, "refresh");
    assert.equal(refresh.exp - refresh.iat, 7 * 24 * 3600);
    assert.equal(headerOf(body.accessToken).alg, "HS256");
    assert.equal(headerOf(body.refreshToken).alg, "HS256");
    assertSignedWith(jwtSecret, body.accessToken);
    assertSignedWith(jwtRefreshSecret, body.refreshToken);
  });

  for (const [what, fields, field] of refusedRegistrations) {
    check(`register refuses ${what}`, async () => {
      const answer = await register(fields, 400);
      assertRefused(answer, 400, "VALIDATION_ERROR", { message: "Validation failed", field });
    });
  }

  check("several wrong fields are all named", async () => {
    const answer = await api.post("/api/auth/register", { username: "a", email: "b", password: "c" }, 400);
    assert.deepEqual(answer.body.errors.map(({ field }) => field).sort(), ["email", "password", "username"]);
  });

  check(
    "the bounds themselves are accepted: 3 and 30 characters, 6 and 1024 bytes, a .local domain",
    async () => {
      const short = Math.random().toString(36).slice(2, 5).padEnd(3, "x");
      await register({ username: short }, 201);
      await register({ username: uniqueName("long").padEnd(30, "_") }, 201);
      await register({ password: "123456" }, 201);
      await register({ password: "şşş" }, 201);
      await register({ password: "ş".repeat(512), email: `${uniqueName()}@office.local` }, 201);
    },
  );

  check("a duplicate is 400 CONFLICT and names the field, whatever the case", async () => {
    const first = registration({ phone: `+90532${Date.now() % 10_000_000}` });
    await api.post("/api/auth/register", first, 201);
    const taken = async (fields, field) =>
      assertRefused(await register(fields, 400), 400, "CONFLICT", { field });
    await taken({ username: first.username.toUpperCase() }, "username");
    await taken({ email: first.email.toUpperCase() }, "email");
    await taken({ phone: first.phone }, "phone");
  });

  check("concurrent registrations of one name: one wins, the others hear CONFLICT", async () => {
    const username = uniqueName("race");
    const attempts = Array.from({ length: 8 }, (_, i) =>
      register({ username, email: `${username}.${i}@example.com` }),
    );
    const answers = await Promise.all(attempts);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(7).fill(400)]);
    for (const answer of answers.filter(({ status }) => status === 400))
      assert.equal(answer.body.code, "CONFLICT");
  });

  check("first and last name make the full name; phone numbers are the own view only", async () => {
    const phone = `+49170${String(Date.now()).slice(-7)}`;
    const { body } = await register(
      { firstName: "Ayşe", lastName: "Yılmaz", phone, whatsappNumber: phone },
      201,
    );
    assert.equal(body.user.fullName, "Ayşe Yılmaz");
    assert.equal(body.user.firstName, "Ayşe");
    assert.equal(body.user.phone, phone);
    assert.equal(body.user.whatsappNumber, phone);
    const other = await Person.register(server);
    const { text } = await other.get(`/api/users/list?search=${body.user.username}`, 200);
    assert.ok(text.includes(body.user.username));
    assert.ok(!text.includes(phone), "nobody else sees the number");
  });

  check("login takes the e-mail, the user name or the phone, in any case", async () => {
    const phone = `+33612${String(Date.now()).slice(-7)}`;
    const username = uniqueName("Login");
    const person = await Person.register(server, { username, phone });
    const { password } = person;
    for (const who of [
      { email: person.user.email },
      { email: person.user.email.toUpperCase() },
      { username },
      { username: username.toUpperCase() },
      { phone },
    ]) {
      const answer = await api.post("/api/auth/login", { ...who, password }, 200);
      assertSession(answer);
      assert.equal(answer.body.user.id, person.id);
      assert.equal(answer.body.user.username, username, "shown as entered");
    }
  });

  check("a wrong password and an unknown user get the same 401", async () => {
    const { user } = await Person.register(server);
    const wrong = await api.post("/api/auth/login", { email: user.email, password: "not this one" }, 401);
    const unknown = await api.post(
      "/api/auth/login",
      { email: `${uniqueName()}@example.com`, password: "x" },
      401,
    );
    for (const answer of [wrong, unknown]) {
      assertRefused(answer, 401, "UNAUTHORIZED", { message: "Invalid credentials" });
    }
    assert.deepEqual(wrong.body.errors, unknown.body.errors);
  });

  for (const [what, body, field] of [
    ["without password", { email: "a@example.com" }, "password"],
    ["with a password that is an object", { email: "a@example.com", password: { $ne: null } }, "password"],
    ["with an e-mail that is an object", { email: { $gt: "" }, password: "password123" }, "email"],
  ]) {
    check(`login ${what} is a 400`, async () => {
      assertRefused(await api.post("/api/auth/login", body, 400), 400, "VALIDATION_ERROR", { field });
    });
  }

  check("login without any name is a 400", async () => {
    const answer = await api.post("/api/auth/login", { password: "password123" }, 400);
    assertRefused(answer, 400, "VALIDATION_ERROR");
  });

  check("a NoSQL or SQL trick in the e-mail signs nobody in", async () => {
    for (const email of ["' OR '1'='1", "x@example.com' --", "%"]) {
      const answer = await api.post("/api/auth/login", { email, password: "' OR '1'='1" });
      assert.ok(answer.status === 400 || answer.status === 401, answer.text);
    }
  });
});

describeChatd("login of an unknown user", { set: { "auth.argon2_iterations": 4 } }, (server, check) => {
  check("takes about as long as a wrong password", async () => {
    const api = new Api(server);
    const { user } = await Person.register(server);
    const timed = async (email) => {
      const begun = performance.now();
      await api.post("/api/auth/login", { email, password: "not this one" }, 401);
      return performance.now() - begun;
    };
    const [known, unknown] = [[], []];
    for (let i = 0; i < 20; i += 1) {
      known.push(await timed(user.email));
      unknown.push(await timed(`nobody${i}@example.com`));
    }
    const typical = (times) => times.sort((a, b) => a - b)[10];
    const ratio = typical(unknown) / typical(known);
    assert.ok(ratio > 0.5 && ratio < 2, `an unknown user takes ${ratio} times as long`);
  });
});

describeChatd("auth.registration=closed", { set: { "auth.registration": "closed" } }, (server, check) => {
  check("nobody can register", async () => {
    const body = { username: uniqueName(), email: "late@example.com", password: "password123" };
    assertRefused(await new Api(server).post("/api/auth/register", body, 403), 403, "FORBIDDEN");
  });
});
