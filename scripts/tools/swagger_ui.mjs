// Does in a browser what a newcomer does at /docs/: authorizes and creates a conversation.
// Environment: ACCESS_TOKEN, SCREENSHOT, and that of browser.mjs.

import assert from "node:assert/strict";
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

async function reloadForgetsTheToken(page) {
  await page.reload();
  await page.locator(".opblock").first().waitFor();
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(!stored.includes(ACCESS_TOKEN), "the token must not be kept in the browser");
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
  await reloadForgetsTheToken(page);
  assert.deepEqual(troubles, [], "errors on the page, or requests that left it");
});
