// The pages: openapi.yaml, Swagger UI, the start page, the browser client (contract section 11).
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { chromium } from "playwright-core";
import { parse } from "yaml";
import { rawRequest } from "../support/api.mjs";
import { describeChatd, patience, repository, runChatd } from "../support/chatd.mjs";
import { document, operations, validatorAt } from "../support/openapi.mjs";
import { pair, uniqueName } from "../support/people.mjs";

describeChatd("openapi.yaml", {}, (server, check) => {
  check("is served, printed by the program, and committed: all three the same", async () => {
    const served = await rawRequest(server, "GET", "/openapi.yaml");
    assert.equal(served.status, 200);
    assert.match(served.headers["content-type"], /yaml/);
    const printed = await runChatd(["--print-openapi"]);
    assert.equal(printed.code, 0, printed.stderr);
    assert.equal(served.text.trim(), printed.stdout.trim());
    const committed = readFileSync(path.join(repository, "openapi.yaml"), "utf8");
    assert.equal(committed.trim(), printed.stdout.trim(), "run `chatd --print-openapi > openapi.yaml`");
  });

  check("is valid OpenAPI 3", async () => {
    const { text } = await rawRequest(server, "GET", "/openapi.yaml");
    assert.match(parse(text).openapi, /^3\.[01]\./);
    const result = await new Validator().validate(text);
    assert.ok(result.valid, JSON.stringify(result.errors, null, 1)?.slice(0, 4000));
  });

  check("every schema compiles, every path parameter is declared, operation ids are unique", async () => {
    for (const name of Object.keys(document.components?.schemas ?? {}))
      validatorAt(["components", "schemas", name]);
    const ids = new Set();
    for (const { method, template, operation } of operations()) {
      const where = `${method} ${template}`;
      assert.ok(Object.keys(operation.responses).length > 0, where);
      if (operation.operationId)
        assert.ok(!ids.has(operation.operationId) && ids.add(operation.operationId), where);
      const declared = [...(operation.parameters ?? []), ...(document.paths[template].parameters ?? [])]
        .filter((parameter) => parameter.in === "path" || parameter.$ref)
        .map((parameter) => parameter.name);
      const used = [...template.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      assert.ok(declared.length >= used.length, `${where} declares its parameters`);
      for (const [status, response] of Object.entries(operation.responses)) {
        const schema = response.content?.["application/json"]?.schema;
        if (schema)
          validatorAt([
            "paths",
            template,
            method,
            "responses",
            status,
            "content",
            "application/json",
            "schema",
          ]);
      }
    }
  });

  check("knows every call of issue A", async () => {
    const known = new Set(
      operations().map(({ method, template }) => `${method} ${template.replace(/\{[^}]+\}/g, "*")}`),
    );
    for (const call of [
      "post /api/auth/register",
      "post /api/auth/login",
      "post /api/auth/refresh",
      "get /api/auth/me",
      "put /api/auth/profile",
      "post /api/auth/logout",
      "get /api/auth/sessions",
      "delete /api/auth/sessions/*",
      "post /api/auth/logout-all",
      "get /api/users/list",
      "get /api/user/list",
      "get /api/users/online/count",
      "get /api/users/online/status/*",
      "get /api/users/online/list",
      "get /api/conversations",
      "post /api/conversations",
      "get /api/messages/conversations/*",
      "get /api/messages/*",
      "post /api/messages",
      "post /api/messages/send",
      "patch /api/messages/*/read",
      "put /api/messages/*/read",
      "post /api/messages/conversations/*/read",
      "get /api/messages/search",
      "get /api/search/messages",
      "get /api/search/suggestions",
      "get /api/search/stats",
      "get /health",
      "get /api/health",
    ]) {
      assert.ok(known.has(call), call);
    }
  });
});

describeChatd("the browser client", {}, (server, check) => {
  check("socket.io.js, socket.io.min.js and the map are served and are the stock client", async () => {
    for (const file of ["socket.io.js", "socket.io.min.js"]) {
      const answer = await rawRequest(server, "GET", `/socket.io/${file}`);
      assert.equal(answer.status, 200);
      assert.match(answer.headers["content-type"], /javascript/);
      assert.ok(answer.text.includes("Socket.IO v4."), file);
      assert.ok(answer.headers.etag);
      const again = await rawRequest(server, "GET", `/socket.io/${file}`, {
        headers: { "if-none-match": answer.headers.etag },
      });
      assert.equal(again.status, 304);
    }
    const map = await rawRequest(server, "GET", "/socket.io/socket.io.js.map");
    assert.equal(map.status, 200);
    assert.ok(Array.isArray(JSON.parse(map.text).sources));
  });
});

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

describeChatd("pages in Chromium", {}, (server, check) => {
  /** Notes what goes wrong on a page and what it asks of others than this server. */
  function watch(page) {
    const wrong = [];
    page.on(
      "console",
      (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()),
    );
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("requestfailed", (request) => wrong.push(`${request.url()} failed`));
    page.on(
      "response",
      (response) => response.status() >= 400 && wrong.push(`${response.url()} ${response.status()}`),
    );
    page.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.url))
        wrong.push(`outside: ${request.url()}`);
    });
    return wrong;
  }

  /** Runs `story` with as many pages as it takes, each of a browser profile of its own, all on `target`. */
  async function visit(target, story) {
    const browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox"],
      timeout: patience(30_000),
    });
    try {
      const open = async () => {
        const page = await (await browser.newContext()).newPage();
        page.setDefaultTimeout(patience(20_000));
        const wrong = watch(page);
        await page.goto(server.url + target, { waitUntil: "load" });
        return { page, wrong };
      };
      const pages = await Promise.all(Array.from({ length: story.length }, open));
      await story(...pages.map(({ page }) => page));
      assert.deepEqual(
        pages.flatMap(({ wrong }) => wrong),
        [],
        target,
      );
    } finally {
      await browser.close();
    }
  }

  const slow = { timeout: 90_000 };

  check("/api-docs shows the operations", slow, async () => {
    await visit("/api-docs", async (page) => {
      await page.waitForSelector(".opblock");
      assert.ok((await page.locator(".opblock").count()) >= 25);
    });
  });

  check("/ says what runs here and links on", slow, async () => {
    await visit("/", async (page) => {
      assert.match(await page.textContent("body"), /chatd/i);
      const links = await page.$$eval("a", (anchors) => anchors.map((anchor) => anchor.getAttribute("href")));
      assert.ok(
        links.some((link) => link.includes("/api-docs")),
        String(links),
      );
    });
  });

  check("a page of the server itself chats with the client that it serves", slow, async () => {
    const { alice, bob, conversationId } = await pair(server);
    const bobTab = await bob.open();
    await visit("/", async (page) => {
      await page.addScriptTag({ url: "/socket.io/socket.io.js" });
      const outcome = page.evaluate(
        async ({ token, room }) => {
          const socket = globalThis.io({ auth: { token } });
          const heard = new Promise((resolve) =>
            socket.on("message_received", ({ message }) => resolve(message.content)),
          );
          await new Promise(
            (resolve, reject) => (socket.on("connect", resolve), socket.on("connect_error", reject)),
          );
          const ack = await socket.emitWithAck("send_message", {
            conversationId: room,
            content: "from a browser",
          });
          return { heard: await heard, success: ack.success };
        },
        { token: alice.token, room: conversationId },
      );
      assert.deepEqual(await outcome, { heard: "from a browser", success: true });
    });
    await bobTab.waitFor("message_received", ({ message }) => message.content === "from a browser");
  });

  check("/try: two people register, choose each other and chat", slow, async () => {
    const names = [uniqueName("try"), uniqueName("try")];
    await visit("/try", async (left, right) => {
      for (const [index, page] of [left, right].entries()) {
        await page.fill("[name=username]", names[index]);
        await page.fill("[name=password]", "password123");
        await page.click("#enter button");
        await page.getByText(`Connected as ${names[index]}`).waitFor();
      }
      for (const [page, partner] of [
        [left, names[1]],
        [right, names[0]],
      ]) {
        const value = await page.locator("#partner option", { hasText: partner }).getAttribute("value");
        await page.selectOption("#partner select", value);
        const opened = page.waitForResponse(/\/api\/messages\/conversations\//);
        await page.click("#partner button");
        await opened;
      }
      await left.fill("[name=content]", "hello there");
      await right.locator("#typing", { hasText: "is typing" }).waitFor();
      await left.click("#send button");
      for (const page of [left, right])
        await page.locator("#log li", { hasText: `${names[0]}: hello there` }).waitFor();
    });
  });
});
