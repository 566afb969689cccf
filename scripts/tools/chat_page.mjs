// A person in a browser chats in examples/chat: asks, reads the reply as it comes, reloads, and stops an endless one.
// Environment: BASE_URL, CHROMIUM, NODE_TOOLS, CHAT (the page with its node_modules), SCREENSHOT.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { withPage } from "./browser.mjs";

const { BASE_URL, CHAT, SCREENSHOT } = process.env;
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const REPLY = "That depends on the question.";

async function serve() {
  const server = createServer(async ({ url }, answer) => {
    const path = normalize(new URL(url, "http://localhost").pathname);
    const file = join(CHAT, path === "/" ? "index.html" : path);
    try {
      const body = await readFile(file);
      answer.writeHead(200, { "Content-Type": KINDS[extname(file)] ?? "text/plain" }).end(body);
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function messages(page, role) {
  return page.locator(`#messages .${role}`);
}

async function ask(page, text) {
  await page.fill("#question", text);
  await page.press("#question", "Enter");
}

async function chat(page, address) {
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  await page.goto(address);
  await ask(page, "<b>Where</b> do we begin? 👩‍👩‍👧 מה");
  await messages(page, "assistant").filter({ hasText: REPLY }).waitFor();
  await page.locator("#conversations button").filter({ hasText: "<b>Where</b>" }).waitFor();
  await ask(page, "And then?");
  await messages(page, "assistant").filter({ hasText: REPLY }).nth(1).waitFor();
  await page.screenshot({ path: SCREENSHOT });
  await page.reload();
  await page.locator("#conversations button").first().click();
  await messages(page, "assistant").nth(1).waitFor();
  assert.equal(await messages(page, "user").count(), 2);
  console.log("  asks, reads, and finds it again after a reload");
  await page.route("**/regenerate/stream", (route) => route.continue({ postData: '{"model":"endless-model"}' }));
  await ask(page, "For ever?");
  await messages(page, "assistant").filter({ hasText: "And on." }).waitFor();
  await page.click("#stop");
  await page.locator("#send:not([disabled])").waitFor();
  assert.match(await messages(page, "assistant").last().textContent(), /^And on\./);
  assert.deepEqual(troubles, []);
  console.log("  stops a reply that has no end, and keeps it");
  await page.unroute("**/regenerate/stream");
  await page.route("**/regenerate/stream", (route) => route.continue({ postData: '{"model":"absent-model"}' }));
  await ask(page, "And?");
  await page.locator("#trouble").filter({ hasText: "absent-model" }).waitFor();
  console.log("  is told what went wrong");
}

console.log("the chat page");
const server = await serve();
const address = `http://127.0.0.1:${server.address().port}/?server=${encodeURIComponent(BASE_URL)}`;
try {
  await withPage({ viewport: { width: 1000, height: 640 } }, (page) => chat(page, address));
} finally {
  server.close();
}
