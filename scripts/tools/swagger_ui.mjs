// Does in a browser what a newcomer does at /docs/: authorizes and creates a conversation.
// Environment: ACCESS_TOKEN, SCREENSHOT, and that of browser.mjs.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { watch, withPage } from "./browser.mjs";

const { BASE_URL, ACCESS_TOKEN, SCREENSHOT } = process.env;

async function showsEveryOperation(page) {
  const document = await (await fetch(`${BASE_URL}/openapi.json`)).json();
  const methods = ["get", "put", "post", "delete", "patch", "head", "options"];
  const documented = Object.values(document.paths)
    .flatMap((operations) => Object.keys(operations))
    .filter((key) => methods.includes(key)).length;
  await page.locator(".opblock").first().waitFor();
  assert.equal(await page.locator(".opblock").count(), documented, "operations on the page");
  console.log(`${documented} operations are shown`);
}

async function authorize(page) {
  await page.getByRole("button", { name: "Authorize", exact: true }).first().click();
  const dialog = page.locator(".modal-ux");
  // Each kind of credentials has a form of its own.
  const form = dialog.locator(".auth-container").filter({ hasText: /^\s*bearer/ });
  await form.locator("input[type=text], input[type=password]").fill(ACCESS_TOKEN);
  await form.getByRole("button", { name: /^(Authorize|Apply)/ }).click();
  await form.getByRole("button", { name: /^(Logout|Remove)/ }).waitFor();
  await dialog.getByRole("button", { name: "Close", exact: true }).first().click();
}

async function createConversation(page) {
  const block = page
    .locator(".opblock-post")
    .filter({ has: page.locator('[data-path="/v1/conversations"]') });
  await block.locator(".opblock-summary").click();
  await block.getByRole("button", { name: "Try it out" }).click();
  await block.getByRole("button", { name: "Execute" }).click();
  const status = block.locator(".live-responses-table .response-col_status").last();
  await status.waitFor();
  assert.match(await status.innerText(), /^201/, "status of POST /v1/conversations");
  console.log("POST /v1/conversations, as the page proposes it, answered 201");
}

const kept = (page, storage) =>
  page.evaluate((storage) => JSON.stringify({ ...window[storage] }), storage);

// The number of locks that are closed: operations that a token is ready for.
const authorized = (page) => page.locator(".authorization__btn .locked").count();

async function theTabKeepsTheToken(page) {
  await page.goto(BASE_URL);
  await page.goto(`${BASE_URL}/docs/`);
  await page.locator(".authorization__btn .locked").first().waitFor();
  assert.ok((await kept(page, "sessionStorage")).includes(ACCESS_TOKEN), "kept for the tab");
  assert.ok(!(await kept(page, "localStorage")).includes(ACCESS_TOKEN), "not in localStorage");
  await createConversation(page);
}

async function anotherTabHasNone(page) {
  const other = await page.context().newPage();
  await other.goto(`${BASE_URL}/docs/`);
  await other.locator(".opblock").first().waitFor();
  assert.equal(await authorized(other), 0, "another tab must ask for a token of its own");
  assert.equal(await kept(other, "sessionStorage"), "{}");
  await other.close();
}

async function loggingOutForgetsTheToken(page) {
  await page.getByRole("button", { name: "Authorize", exact: true }).first().click();
  const form = page.locator(".auth-container").filter({ hasText: /^\s*bearer/ });
  await form.getByRole("button", { name: /^(Logout|Remove)/ }).click();
  assert.equal(await kept(page, "sessionStorage"), "{}", "nothing is left of the token");
  await page.reload();
  await page.locator(".opblock").first().waitFor();
  assert.equal(await authorized(page), 0, "the page must have forgotten the token");
}

// Some other site: a page that would have this one in a frame, and one that calls the API. It lives on
// this machine, since some browsers keep pages of the network from calling it, and others do not.
async function anotherSiteGetsNothing(page) {
  const server = createServer((_request, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end(`<iframe src="${BASE_URL}/docs/"></iframe>`);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const other = await page.context().newPage();
  await other.goto(`http://elsewhere.localhost:${server.address().port}/`);
  const frame = other.frames()[1];
  const shown = frame ? await frame.content().catch(() => "") : "";
  assert.ok(!shown.includes("swagger-ui"), "Swagger UI must not be framed");
  // The page is not told what was answered, and so neither is Playwright; the browser knows.
  const statuses = [];
  const browser = await page.context().newCDPSession(other);
  await browser.send("Network.enable");
  browser.on("Network.responseReceivedExtraInfo", ({ statusCode }) => statuses.push(statusCode));
  await other.evaluate(async (base) => {
    for (const options of [{}, { mode: "no-cors" }, { headers: { "x-request-id": "x" } }])
      await fetch(`${base}/auth/guest-login`, { method: "POST", ...options }).catch(() => null);
  }, BASE_URL);
  // Of what is asked in this way, the third is preceded by a question, which is refused.
  assert.deepEqual(statuses, [403, 403, 403], "answers to a page of another site");
  console.log("a page of another site was refused, also what it needs not ask for");
  await other.close();
  server.close();
}

await withPage({ viewport: { width: 1280, height: 1600 } }, async (page) => {
  const troubles = watch(page);
  await page.goto(`${BASE_URL}/docs/`);
  try {
    await showsEveryOperation(page);
    await authorize(page);
    await createConversation(page);
  } finally {
    await page.screenshot({ path: SCREENSHOT });
  }
  await theTabKeepsTheToken(page);
  await anotherTabHasNone(page);
  await loggingOutForgetsTheToken(page);
  await anotherSiteGetsNothing(page);
  assert.deepEqual(troubles, [], "errors on the page, or requests that left it");
});
