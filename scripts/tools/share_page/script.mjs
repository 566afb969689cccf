// The additions of a share page's script; the page is whole without it.
// Environment: that of browser.mjs.

import assert from "node:assert/strict";
import { join } from "node:path";
import { watch, withPage } from "../browser.mjs";
import { address, share } from "./share.mjs";

// Presses the button that copies `what` of `part`, and returns the clipboard's text.
async function copied(page, part, what) {
  await part.hover();
  await part.getByRole("button", { name: `Copy this ${what}` }).click();
  await page.getByRole("status").filter({ hasText: `The ${what} is copied.` }).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

// Text without the differences that Markdown does not care about.
const plain = (text) => text.replaceAll(/[\s|:#-]+/gu, "");

export async function copies(page, url, items) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(url);
  const code = page.locator(".said .code").first();
  assert.equal(await copied(page, code, "code"), await code.locator("pre").innerText(), "a block of code");
  for (const [at, { content }] of items.entries()) {
    const text = await copied(page, page.locator(".message").nth(at), "message");
    // An image is a link here.
    assert.equal(plain(text.replaceAll("[Image: ", "![")), plain(content), `message ${at}`);
  }
  const laid = await share("Math", [{ role: "assistant", content: "So $x^2 + 1$ and\n\n$$\\frac{a}{b}$$\n\n1. `a`\n2. **b** [c](https://example.org/)" }]);
  await page.goto(address(laid));
  const expected = "So $x^2 + 1$ and\n\n$$\\frac{a}{b}$$\n\n1. `a`\n2. **b** [c](https://example.org/)\n";
  const text = await copied(page, page.locator(".message"), "message");
  assert.equal(text, expected, "formulas as in the message");
  await page.goto(url);
  const fading = await page.locator(".fades").evaluateAll((boxes) => boxes.map(({ textContent }) => textContent));
  assert.ok(fading.length > 0 && fading.every((text) => text.includes("this line is long")), "what scrolls fades");
  console.log(`code and ${items.length + 1} messages were copied as Markdown`);
}

// A link to a message names no page.
export async function findsMessagesOnOtherPages(page, items) {
  const url = address(await share("Far away", items));
  await page.goto(url);
  await page.getByRole("link", { name: "Last" }).first().click();
  await page.waitForLoadState();
  const id = await page.locator(".message").last().getAttribute("id");
  // From another site, so that the page is loaded again.
  await page.goto("about:blank");
  await page.goto(`${url}#${id}`);
  await page.locator(`#${id}:target`).waitFor();
  assert.equal(await page.locator(`#${id} .said`).innerText(), items.at(-1).content);
  // One that is on no page leaves the reader in peace.
  await page.goto("about:blank");
  await page.goto(`${url}#item_01JFQ2M8X3C4V5B6N7M8K9J0HG`);
  await page.locator("main").waitFor();
  console.log("a message was found on another page");
}

export async function prints(page, url, pictures) {
  const columns = Array.from({ length: 12 }, (_, at) => `A heading of column ${at + 1}`);
  const row = (cells) => `| ${cells.join(" | ")} |`;
  const table = [columns, columns.map(() => "---"), columns.map(() => "some_long_name_of_a_value")].map(row).join("\n");
  const link = "[https://example.org/a](https://example.org/a) and <https://example.org/b> and https://example.org/c and [words](https://example.org/d)";
  const wide = await share("Wide", [{ role: "assistant", content: `${table}\n\n${link}` }]);
  await page.emulateMedia({ media: "print" });
  // A4 without its margins, at 96 pixels an inch.
  await page.setViewportSize({ width: 658, height: 987 });
  await page.goto(address(wide));
  const cut = await page.evaluate(() => {
    const right = document.querySelector("main").getBoundingClientRect().right;
    const cells = [...document.querySelectorAll("td, th")];
    return cells.filter((cell) => cell.getBoundingClientRect().right > right + 1).length;
  });
  assert.equal(cut, 0, "cells that are cut off on paper");
  const told = await page.locator(".said a").evaluateAll((links) =>
    links.map((link) => getComputedStyle(link, "::after").content !== "none"),
  );
  assert.deepEqual(told, [false, false, false, true], "addresses are printed once");
  await page.screenshot({ path: join(pictures, "print-wide.png") });
  await page.goto(url);
  await page.screenshot({ path: join(pictures, "print.png"), fullPage: true });
  await page.emulateMedia({ media: null });
  await page.setViewportSize({ width: 1280, height: 900 });
}

export async function isWholeWithoutScript(url, messages) {
  await withPage({ javaScriptEnabled: false }, async (page) => {
    const troubles = watch(page);
    await page.goto(url);
    assert.equal((await page.locator(".said").allInnerTexts()).length, messages);
    assert.equal(await page.getByRole("button").count(), 0, "buttons without an effect");
    assert.deepEqual(troubles, []);
  });
}
