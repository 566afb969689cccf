// Follows a newcomer's steps in a browser at / and /docs/: gets a token, authorizes, holds a conversation,
// and shares it. Environment: SCREENSHOT, and that of browser.mjs.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { watch, withPage } from "./browser.mjs";
import { findsNoFault } from "./share_page/axe.mjs";

const { BASE_URL, SCREENSHOT } = process.env;

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

// The block of an operation, opened and ready to be tried.
async function ready(page, tag, id) {
  const block = page.locator(`#operations-${tag}-${id}`);
  await block.waitFor();
  if (!(await block.evaluate(({ classList }) => classList.contains("is-open"))))
    await block.locator(".opblock-summary-control").click();
  const either = block.getByRole("button", { name: /^(Try it out|Cancel)$/ });
  await either.waitFor();
  if ((await either.innerText()) === "Try it out") await either.click();
  return block;
}

// Executes an operation as the page proposes it, with what `boxes` has for its empty boxes.
async function execute(page, tag, id, expected, boxes = {}) {
  const block = await ready(page, tag, id);
  for (const [name, value] of Object.entries(boxes)) {
    const box = block.locator(`tr[data-param-name="${name}"] input`);
    assert.equal(await box.inputValue(), "", `${id}: the box of ${name} names an object that does not exist`);
    await box.fill(value);
  }
  await block.getByRole("button", { name: "Execute" }).click();
  const live = block.locator(".live-responses-table");
  const status = live.locator("tbody .response-col_status").first();
  await status.waitFor();
  assert.match(await status.innerText(), expected, `status of ${id}`);
  return JSON.parse(await live.locator(".highlight-code code").first().innerText());
}

async function startsWhereANewcomerDoes(page) {
  await page.goto(BASE_URL);
  await page.screenshot({ path: SCREENSHOT.replace(/\.png$/, "-landing.png"), fullPage: true });
  await findsNoFault(page, "the first page");
  await page.getByRole("link", { name: "Get a token" }).click();
  await page.locator("#operations-auth-guest_login.is-open").waitFor();
  const tags = await page.locator(".opblock-tag-section h3").allInnerTexts();
  assert.match(tags[0], /^auth/i, "the first group");
  assert.equal(await page.locator(".topbar").count(), 0, "a bar for other documents");
}

async function authorize(page, token) {
  await page.getByRole("button", { name: "Authorize", exact: true }).first().click();
  const dialog = page.locator(".modal-ux");
  // Each kind of credentials has a form of its own.
  const form = dialog.locator(".auth-container").first();
  assert.match(await form.innerText(), /^\s*bearer[^]*Paste the access_token/, "the first form");
  await form.locator("input[type=text], input[type=password]").fill(token);
  await form.getByRole("button", { name: /^(Authorize|Apply)/ }).click();
  await form.getByRole("button", { name: /^(Logout|Remove)/ }).waitFor();
  await dialog.getByRole("button", { name: "Close", exact: true }).first().click();
}

// From the first page to a link that shows the conversation.
async function holdsAConversation(page) {
  const { access_token: token } = await execute(page, "auth", "guest_login", /^201/);
  await authorize(page, token);
  const { id } = await execute(page, "conversations", "create_conversation", /^201/);
  const item = await execute(page, "items", "create_item", /^201/, { conversation_id: id });
  const at = { conversation_id: id, item_id: item.id };
  const reply = await execute(page, "items", "regenerate_item", /^20[01]/, at);
  assert.equal(reply.role, "assistant");
  const { url } = await execute(page, "shares", "share_conversation", /^201/, { conversation_id: id });
  const other = await page.context().newPage();
  await other.goto(url);
  assert.ok((await other.locator(".said").allInnerTexts()).includes(reply.content), "the link shows it");
  await other.close();
  console.log("a token, a conversation, a message, a reply and a link were made as the page proposes");
  return token;
}

async function foldsErrors(page) {
  const block = await ready(page, "items", "create_item");
  const rows = () => block.locator(".responses-table:not(.live-responses-table) tr.response").count();
  const button = block.getByRole("button", { name: /^Show the errors: 400/ });
  const [few, { height }] = [await rows(), await block.boundingBox()];
  await button.click();
  await block.getByRole("button", { name: "Hide the errors" }).waitFor();
  const many = await rows();
  assert.ok(few < 3 && many > few + 5, `${few} answers are shown, and ${many} with errors`);
  const forbidden = block.locator("tr.response[data-code='403'] .highlight-code");
  assert.match(await forbidden.first().innerText(), /origin_not_allowed/, "its own example of a 403");
  console.log(`an operation with its answer is ${Math.round(height)} pixels high, its ${many - few} errors folded`);
  await block.getByRole("button", { name: "Hide the errors" }).click();
}

// On a phone, at night: the page is not cut off, and no part of it stays white.
async function fitsAPhoneAtNight(page) {
  const phone = await page.context().newPage();
  await phone.setViewportSize({ width: 390, height: 844 });
  await phone.emulateMedia({ colorScheme: "dark" });
  await phone.goto(`${BASE_URL}/docs/#/items/create_item`);
  const block = phone.locator("#operations-items-create_item.is-open");
  await block.getByRole("button", { name: /^Show the errors/ }).click();
  const { width, light } = await phone.evaluate(() => {
    const red = (node) => Number(getComputedStyle(node).backgroundColor.match(/\d+/)[0]);
    const shown = [document.body, ...document.querySelectorAll(".swagger-ui, .scheme-container, .opblock-body")];
    return { width: document.documentElement.scrollWidth, light: shown.filter((node) => red(node) > 128).length };
  });
  await phone.screenshot({ path: SCREENSHOT.replace(/\.png$/, "-phone.png"), fullPage: true });
  assert.ok(width <= 390, `the page is ${width} pixels wide on a phone of 390`);
  assert.equal(light, 0, "parts of the page that stay light at night");
  await phone.close();
}

const createConversation = (page) => execute(page, "conversations", "create_conversation", /^201/);

const kept = (page, storage) =>
  page.evaluate((storage) => JSON.stringify({ ...window[storage] }), storage);

// The number of locks that are closed: operations that a token is ready for.
const authorized = (page) => page.locator(".authorization__btn .locked").count();

async function theTabKeepsTheToken(page, token) {
  await page.goto(BASE_URL);
  await page.goto(`${BASE_URL}/docs/`);
  await page.locator(".authorization__btn .locked").first().waitFor();
  assert.ok((await kept(page, "sessionStorage")).includes(token), "kept for the tab");
  assert.ok(!(await kept(page, "localStorage")).includes(token), "not in localStorage");
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
  assert.equal(await kept(page, "sessionStorage"), "{}", "the token is gone");
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
  // The page does not get the answer, nor does Playwright; the browser knows it.
  const statuses = [];
  const browser = await page.context().newCDPSession(other);
  await browser.send("Network.enable");
  browser.on("Network.responseReceivedExtraInfo", ({ statusCode }) => statuses.push(statusCode));
  await other.evaluate(async (base) => {
    for (const options of [{}, { mode: "no-cors" }, { headers: { "x-request-id": "x" } }])
      await fetch(`${base}/auth/guest-login`, { method: "POST", ...options }).catch(() => null);
  }, BASE_URL);
  // The third of these requests has a preflight, which is refused.
  assert.deepEqual(statuses, [403, 403, 403], "answers to a page of another site");
  console.log("a page of another site was refused, also requests without a preflight");
  await other.close();
  server.close();
}

await withPage({ viewport: { width: 1280, height: 1600 } }, async (page) => {
  const troubles = watch(page);
  await startsWhereANewcomerDoes(page);
  let token;
  try {
    await showsEveryOperation(page);
    token = await holdsAConversation(page);
    await foldsErrors(page);
    await fitsAPhoneAtNight(page);
  } finally {
    await page.screenshot({ path: SCREENSHOT });
  }
  await theTabKeepsTheToken(page, token);
  await anotherTabHasNone(page);
  await loggingOutForgetsTheToken(page);
  await anotherSiteGetsNothing(page);
  assert.deepEqual(troubles, [], "errors on the page, or requests that left it");
});
