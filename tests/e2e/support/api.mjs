// REST calls whose every answer is checked: status, conventions of the contract, openapi.yaml.
import assert from "node:assert/strict";
import http from "node:http";
import { patience } from "./chatd.mjs";
import { assertDocumented } from "./openapi.mjs";

export const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const codes = new Set([
  "VALIDATION_ERROR",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "CONFLICT",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "RATE_LIMITED",
  "UNAVAILABLE",
  "INTERNAL_ERROR",
]);

const isTimeKey = (key) => /^(timestamp|lastSeen|\w+At)$/.test(key);

/** `id` and `_id` agree wherever there is one, and times are ISO 8601 UTC with milliseconds. */
export function assertConventions(value, where = "answer") {
  if (Array.isArray(value)) {
    value.forEach((item, index) => assertConventions(item, `${where}[${index}]`));
  } else if (value !== null && typeof value === "object") {
    if ("_id" in value) assert.equal(value.id, value._id, `${where}: id and _id are equal`);
    for (const [key, item] of Object.entries(value)) {
      if (key === "metadata") continue;
      if (isTimeKey(key) && typeof item === "string") assert.match(item, isoTime, `${where}.${key}`);
      else assertConventions(item, `${where}.${key}`);
    }
  }
}

/** The error body of contract section 1. */
export function assertErrorBody(answer, { method, pathname } = {}) {
  const { body, text } = answer;
  assert.equal(typeof body, "object", `an error is JSON: ${text}`);
  assert.equal(body.success, false, text);
  assert.equal(typeof body.message, "string", text);
  assert.equal(body.error, body.message, `error repeats the message: ${text}`);
  assert.ok(codes.has(body.code), `code ${body.code} is one of section 1`);
  assert.ok(Array.isArray(body.errors), `errors is a list: ${text}`);
  for (const { field, message } of body.errors) {
    assert.equal(typeof field, "string", text);
    assert.equal(body.details[field], message, `details repeat errors: ${text}`);
  }
  assert.equal(typeof body.details, "object", text);
  assert.match(body.timestamp, isoTime);
  assert.equal(body.requestId, answer.headers["x-request-id"], "requestId is the header X-Request-Id");
  if (method) assert.equal(body.method, method);
  if (pathname) assert.equal(body.path.split("?")[0], pathname);
  assert.doesNotMatch(text, /\.cpp|\bat 0x|std::/, "no internals in an error");
}

/** Sends one request as it is; answers `{status, headers, text, body}` with `body` parsed when it is JSON. */
export function rawRequest(server, method, target, { headers = {}, body, agent = server.agent } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: "127.0.0.1", port: server.port, method, path: target, headers, agent },
      (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const isJson = response.headers["content-type"]?.startsWith("application/json") && text !== "";
          resolve({
            status: response.statusCode,
            headers: response.headers,
            rawHeaders: response.rawHeaders,
            text,
            body: isJson ? JSON.parse(text) : undefined,
          });
        });
      },
    );
    request.setTimeout(patience(20_000), () => request.destroy(new Error(`${method} ${target}: no answer`)));
    request.once("error", reject);
    request.end(body);
  });
}

export class Api {
  constructor(server, token = null) {
    this.server = server;
    this.token = token;
  }

  /**
   * Options: `body` (sent as JSON), `raw` (sent as it is), `headers`, `token`, `status` (the expected one),
   * `documented: false` for requests that openapi.yaml need not know.
   */
  async request(method, target, options = {}) {
    const { body, raw, headers = {}, token = this.token, status, documented = true } = options;
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const sent = { ...headers };
    if (token) sent.authorization ??= `Bearer ${token}`;
    if (payload !== undefined) {
      sent["content-type"] ??= "application/json";
      sent["content-length"] = Buffer.byteLength(payload);
    }
    const answer = await rawRequest(this.server, method, target, { headers: sent, body: payload });
    const name = `${method} ${target}`;
    if (status !== undefined)
      assert.equal(answer.status, status, `${name} answers ${status}: ${answer.text.slice(0, 600)}`);
    assert.ok(answer.headers["x-request-id"], `${name} carries X-Request-Id`);
    if (target.startsWith("/api/") && answer.status !== 204 && answer.status !== 304 && method !== "HEAD") {
      assert.ok(
        answer.body !== undefined,
        `${name} ${answer.status} answers JSON: ${answer.text.slice(0, 200)}`,
      );
      assertConventions(answer.body, name);
      if (answer.status >= 400) assertErrorBody(answer, { method, pathname: target.split("?")[0] });
    }
    if (documented) assertDocumented(method, target, answer);
    return answer;
  }

  get(target, expect) {
    return this.request("GET", target, optionsOf(expect));
  }

  delete(target, expect) {
    return this.request("DELETE", target, optionsOf(expect));
  }

  post(target, body, expect) {
    return this.request("POST", target, { body, ...optionsOf(expect) });
  }

  put(target, body, expect) {
    return this.request("PUT", target, { body, ...optionsOf(expect) });
  }

  patch(target, body, expect) {
    return this.request("PATCH", target, { body, ...optionsOf(expect) });
  }
}

/** A number stands for the expected status; without one any success will do. */
function optionsOf(expect) {
  return typeof expect === "number" ? { status: expect } : (expect ?? {});
}

/** The answer is a refusal with this status and code (and text, and field). */
export function assertRefused(answer, status, code, { message, field } = {}) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.body.code, code, answer.text);
  if (message !== undefined) assert.equal(answer.body.message, message);
  if (field !== undefined)
    assert.ok(field in answer.body.details, `names the field ${field}: ${answer.text}`);
}
