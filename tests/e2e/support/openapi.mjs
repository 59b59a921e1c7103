// Checks answers against the openapi.yaml at the top of the repository (absent: nothing is checked).
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import { repository } from "./chatd.mjs";

const file = path.join(repository, "openapi.yaml");

export const document = existsSync(file) ? parse(readFileSync(file, "utf8")) : null;

const methods = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace"]);
const base = "openapi";
const escapePointer = (key) => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));

/** Follows references inside the document; answers the node and its JSON pointer. */
function resolve(pointer) {
  let node = document;
  for (const key of pointer) {
    node = node?.[key];
    if (node?.$ref) {
      pointer = node.$ref
        .slice(2)
        .split("/")
        .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
      ({ node } = resolve(pointer));
    }
  }
  return { node, pointer };
}

function compileRoutes() {
  const routes = [];
  for (const template of Object.keys(document.paths)) {
    const parts = template.split("/");
    const pattern = parts.map((part) =>
      part.startsWith("{") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
    );
    const rank = parts.map((part) => (part.startsWith("{") ? "1" : "0")).join("");
    routes.push({ template, rank, matches: new RegExp(`^${pattern.join("/")}$`) });
  }
  return routes.sort((a, b) => (a.rank < b.rank ? -1 : 1));
}

let ajv;
let routes;
const validators = new Map();

function prepare() {
  if (routes) return;
  assert.ok(document.paths, "openapi.yaml has paths");
  ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  addFormats(ajv);
  ajv.addSchema(document, base);
  routes = compileRoutes();
}

/** The documented operations as `{method, template, operation}`. */
export function operations() {
  return Object.entries(document.paths).flatMap(([template, item]) =>
    Object.keys(item)
      .filter((method) => methods.has(method))
      .map((method) => ({ method, template, operation: item[method] })),
  );
}

/** Compiles the schema that lies under a JSON pointer of the document. */
export function validatorAt(pointer) {
  prepare();
  const key = pointer.join("\n");
  if (!validators.has(key)) {
    validators.set(key, ajv.compile({ $ref: `${base}#/${pointer.map(escapePointer).join("/")}` }));
  }
  return validators.get(key);
}

/** Fails unless the document knows the route, its method and the status, and the body fits the schema. */
export function assertDocumented(method, target, answer) {
  if (!document) return;
  prepare();
  const pathname = target.split("?")[0];
  const verb = method.toLowerCase();
  const name = `${method} ${pathname}`;
  const route =
    routes.find(({ template, matches }) => matches.test(pathname) && document.paths[template][verb]) ??
    routes.find(({ matches }) => matches.test(pathname));
  assert.ok(route, `openapi.yaml does not know ${pathname}`);
  const responses = document.paths[route.template][verb]?.responses;
  assert.ok(responses, `openapi.yaml does not know ${name}`);
  const status = [String(answer.status), `${String(answer.status)[0]}XX`, "default"].find(
    (key) => key in responses,
  );
  assert.ok(status, `openapi.yaml does not know status ${answer.status} of ${name}: ${answer.text}`);
  const { node: response, pointer } = resolve(["paths", route.template, verb, "responses", status]);
  const type = answer.headers["content-type"]?.split(";")[0];
  if (answer.text === "" || !response.content) return;
  const media = [type, "application/*", "*/*"].find((key) => key in response.content);
  assert.ok(media, `openapi.yaml does not know type ${type} of ${name} ${answer.status}`);
  if (type !== "application/json" || !response.content[media].schema) return;
  const validate = validatorAt([...pointer, "content", media, "schema"]);
  const fits = validate(answer.body);
  assert.ok(
    fits,
    `${name} ${answer.status} does not fit openapi.yaml: ${ajv.errorsText(validate.errors)}\n${answer.text}`,
  );
}
