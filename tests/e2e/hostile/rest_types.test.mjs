// Wrong types in every field of every call: clear errors in the contract's shape, never a 500.
import assert from "node:assert/strict";
import { Api } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { pair, uniqueName } from "../support/people.mjs";

const deepObject = Array.from({ length: 60 }).reduce((inner) => ({ inner }), 1);

const wrongValues = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  "",
  " ",
  "x",
  [],
  [null],
  [[]],
  ["x", "y"],
  {},
  { $ne: null },
  { length: 5 },
  { toString: "x" },
  "x".repeat(70),
  "y".repeat(100_000),
  "\u0000",
  "../../etc/passwd",
  "%s%n",
  deepObject,
];

/** Every call with a body: a valid one, made from a story of its own. */
const calls = [
  [
    "POST",
    () => "/api/auth/register",
    () => {
      const username = uniqueName("type");
      return {
        username,
        email: `${username}@example.com`,
        password: "password123",
        firstName: "A",
        lastName: "B",
        fullName: "A B",
        phone: undefined,
        whatsappNumber: undefined,
      };
    },
  ],
  [
    "POST",
    () => "/api/auth/login",
    ({ alice }) => ({
      email: alice.user.email,
      username: undefined,
      phone: undefined,
      password: alice.password,
    }),
  ],
  ["POST", () => "/api/auth/refresh", () => ({ refreshToken: undefined })],
  [
    "PUT",
    () => "/api/auth/profile",
    () => ({
      username: undefined,
      email: undefined,
      avatar: undefined,
      fullName: "A",
      firstName: "A",
      lastName: "B",
      phone: undefined,
      currentPassword: undefined,
      newPassword: undefined,
    }),
  ],
  [
    "POST",
    () => "/api/conversations",
    ({ bob }) => ({ participantId: bob.id, participantIds: undefined, name: undefined, kind: undefined }),
  ],
  [
    "POST",
    () => "/api/messages",
    ({ conversationId, first }) => ({
      conversationId,
      content: "hi",
      clientMessageId: uniqueName(),
      messageType: "text",
      metadata: {},
      replyTo: first.id,
      fileId: undefined,
    }),
  ],
  [
    "POST",
    () => "/api/messages/send",
    ({ conversationId, first }) => ({
      conversationId,
      content: "hi",
      clientMessageId: uniqueName(),
      messageType: "text",
      metadata: {},
      replyTo: first.id,
    }),
  ],
  ["PATCH", ({ first }) => `/api/messages/${first.id}/read`, () => ({ readStatus: true })],
  ["PUT", ({ first }) => `/api/messages/${first.id}/read`, () => ({ readStatus: true })],
  ["POST", ({ conversationId }) => `/api/messages/conversations/${conversationId}/read`, () => ({ upTo: 1 })],
];

const queries = [
  ["/api/users/list", ["search", "page", "limit"]],
  ["/api/user/list", ["search", "page", "limit"]],
  ["/api/conversations", ["page", "limit", "before", "after"]],
  [
    "/api/search/messages?query=x",
    ["query", "conversationId", "senderId", "messageType", "startDate", "endDate", "page", "limit"],
  ],
  ["/api/search/suggestions?query=xy", ["query", "limit"]],
  ["/api/messages/search?q=x", ["q", "limit", "page"]],
];

const wrongQueries = [
  "",
  "%20",
  "-1",
  "0",
  "x",
  "1.5",
  "1e3",
  "%00",
  "%FF",
  "%F0%9F%98%80",
  "[]",
  "{}",
  "null",
  "99999999999999999999",
  "'--",
  "a".repeat(300),
];

describeChatd("wrong types in every field", { concurrency: true }, (server, check) => {
  for (const [method, target, validBody] of calls) {
    const fields = Object.keys(validBody({ alice: { user: {} }, bob: {}, first: {} }));
    for (const field of fields) {
      check(
        `${method} ${target({ first: { id: ":id" }, conversationId: ":id" })}: ${field}`,
        { timeout: 90_000 },
        async () => {
          const story = await pair(server);
          story.first = await story.alice.say(story.conversationId, "first");
          const caller =
            target(story).startsWith("/api/auth/re") || target(story).endsWith("login")
              ? new Api(server)
              : story.alice;
          for (const value of wrongValues) {
            const body = { ...validBody(story), [field]: value };
            const answer = await caller.request(method, target(story), { body });
            const what = `${field} = ${JSON.stringify(value)?.slice(0, 60)}: ${answer.status} ${answer.text.slice(0, 300)}`;
            assert.ok(answer.status < 500, what);
            if (answer.status >= 400) assert.ok([400, 401, 403, 404, 409].includes(answer.status), what);
            if (answer.status === 400 && answer.body.code === "VALIDATION_ERROR") {
              assert.ok(answer.body.errors.length > 0, what);
            }
          }
        },
      );
    }
  }

  for (const [target, parameters] of queries) {
    for (const parameter of parameters) {
      check(`GET ${target.split("?")[0]}: ?${parameter}`, async () => {
        const { alice } = await pair(server);
        const url = new URL(target, "http://x");
        url.searchParams.delete(parameter);
        for (const value of wrongQueries) {
          const rest = url.searchParams.toString();
          const query = `${rest ? `${rest}&` : ""}${parameter}=${value}`;
          const answer = await alice.request("GET", `${url.pathname}?${query}`);
          assert.ok(
            [200, 400, 403, 404].includes(answer.status),
            `${query}: ${answer.status} ${answer.text.slice(0, 300)}`,
          );
        }
        await alice.request("GET", `${url.pathname}?${url.searchParams}&${parameter}=1&${parameter}=2`);
        await alice.request("GET", `${url.pathname}?${url.searchParams}&${parameter}[]=1&${parameter}[x]=2`);
      });
    }
  }
});
