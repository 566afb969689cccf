// Opens share links in a browser: hostile messages, each of which must be shown as text, and a long
// conversation, of which it takes pictures; what the page's script adds is in share_page/script.mjs.
// Environment: ACCESS_TOKEN, PICTURES (a directory), and that of browser.mjs.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { watch, withPage } from "./browser.mjs";
import { copies, findsMessagesOnOtherPages, isWholeWithoutScript, prints } from "./share_page/script.mjs";
import { findsNoFault } from "./share_page/axe.mjs";
import { address, call, share } from "./share_page/share.mjs";

const { BASE_URL, PICTURES } = process.env;

const read = (name) => JSON.parse(readFileSync(new URL(`share_page/${name}.json`, import.meta.url)));

// White space is shown as one space, or not at all, and none of it can hide anything.
const squeezed = (text) => text.replaceAll(/[\s\u202e\ufeff]+/gu, "");

async function showsAsText(page, troubles, { payload, shows = payload }) {
  const items = [
    { role: "user", content: payload },
    { role: "assistant", content: payload },
  ];
  // A title is one line of plain text.
  const title = payload.replaceAll(/\s+/gu, " ").trim().slice(0, 256);
  await page.goto(address(await share(title, items)), { waitUntil: "load" });
  const said = await page.locator(".said").allInnerTexts();
  assert.equal(said.length, 2, payload);
  for (const text of [...said]) {
    assert.ok(squeezed(text).includes(squeezed(shows)), `${payload} is shown as ${text}`);
  }
  assert.equal(squeezed(await page.locator("h1").innerText()), squeezed(title), "the title");
  // Elements that would be dangerous when touched must not be in the page at all.
  const found = await page.evaluate(() => {
    const allowed = /^(https?:|mailto:|#|\?|\.\.\/)/;
    const elements = [...document.querySelectorAll("*")];
    const attributes = elements.flatMap((element) => [...element.attributes]);
    // The one script is the page's own.
    const own = (value) => /^\.\.\/\.\.\/assets\/share-[0-9a-f]+\.js$/.test(value);
    return [
      ...elements.filter(({ localName }) => localName === "script").slice(1).map(() => "a second script"),
      ...elements
        .filter((element) =>
          element.matches("style, iframe, object, embed, form, input, img, base, math, video"),
        )
        .map((element) => element.localName),
      ...attributes
        .filter(({ name, value }) => /^on|^style$|^src/.test(name) && !(name === "src" && own(value)))
        .map(({ name }) => name),
      ...attributes
        .filter(({ name, value }) => name === "href" && !allowed.test(value))
        .map(({ value }) => value),
    ];
  });
  assert.deepEqual(found, [], payload);
  // Keyboards and mice reach everything that could react.
  await page.keyboard.press("Tab");
  for (const element of await page.locator(".said :is(a, p, pre)").all()) await element.hover();
  assert.deepEqual(troubles.splice(0), [], payload);
}

async function readsWell(page, where) {
  const { wide, headings, landmarks, unnamed, small } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth - window.innerWidth,
    headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(({ tagName }) =>
      Number(tagName.slice(1)),
    ),
    landmarks: ["header", "main", "footer"].filter(
      (name) => !document.querySelector(`body > ${name}`),
    ),
    unnamed: [...document.querySelectorAll("pre, .scroll")].filter(
      (box) => box.tabIndex !== 0 || !box.getAttribute("aria-label"),
    ).length,
    small: [...document.querySelectorAll("body *")].filter(
      (element) => parseFloat(getComputedStyle(element).fontSize) < 12,
    ).length,
  }));
  assert.ok(wide <= 0, `${where}: the page is ${wide} pixels wider than the window`);
  assert.deepEqual(landmarks, [], `${where}: landmarks that are missing`);
  assert.equal(unnamed, 0, `${where}: boxes that scroll and that a keyboard can't reach`);
  assert.equal(small, 0, `${where}: text too small to read`);
  assert.equal(headings[0], 1, `${where}: the first heading`);
  assert.equal(headings.filter((level) => level === 1).length, 1, `${where}: one title`);
  for (const [at, level] of headings.entries()) {
    assert.ok(at === 0 || level <= headings[at - 1] + 1, `${where}: a level of headings is skipped`);
  }
}

async function keyboardReachesTheMessages(page) {
  await page.keyboard.press("Tab");
  const focused = () => page.evaluate(() => document.activeElement.className);
  assert.equal(await focused(), "skip", "the first stop is the link past the head");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "when", "the next is the first message's own link");
  const shown = await page.locator("a.when").first().evaluate((link) => getComputedStyle(link).opacity);
  assert.equal(shown, "1", "the focused element is visible");
  await page.keyboard.press("Enter");
  const target = await page.evaluate(() => document.querySelector(":target")?.className);
  assert.match(target ?? "", /^message/, "a message can be linked to");
}

async function pagesAreLinkedBothWays(page) {
  const items = Array.from({ length: 230 }, (_, at) => ({ role: "user", content: `Message ${at}` }));
  await page.goto(address(await share("Many messages", items)));
  const seen = [];
  for (;;) {
    seen.push(...(await page.locator(".said").allInnerTexts()));
    const next = page.locator("main > .pages a[rel=next]").last();
    if ((await next.count()) === 0) break;
    await next.click();
    await page.waitForLoadState();
  }
  assert.deepEqual(seen, items.map(({ content }) => content), "each message once, in order");
  const back = [];
  for (;;) {
    back.unshift(...(await page.locator(".said").allInnerTexts()));
    const previous = page.locator("main > .pages a[rel=prev]").first();
    if ((await previous.count()) === 0) break;
    await previous.click();
    await page.waitForLoadState();
  }
  assert.deepEqual(back, seen, "the same backwards");
  console.log(`${seen.length} messages were read in pages, forwards and backwards`);
  await page.getByRole("link", { name: "Last" }).first().click();
  await page.waitForLoadState();
  assert.equal((await page.locator(".said").allInnerTexts()).at(-1), items.at(-1).content, "the last page");
  await findsMessagesOnOtherPages(page, items);
}

async function behavesWell(url, items) {
  await withPage({ viewport: { width: 1280, height: 900 } }, async (page) => {
    const troubles = watch(page);
    const payloads = read("payloads");
    for (const payload of payloads) await showsAsText(page, troubles, payload);
    console.log(`${payloads.length} hostile messages and titles were shown as text`);
    await page.goto(url);
    await keyboardReachesTheMessages(page);
    await pagesAreLinkedBothWays(page);
    await copies(page, url, items);
    await prints(page, url, PICTURES);
    assert.deepEqual(troubles, [], "errors on the pages, or requests that left them");
  });
}

// Takes the pictures, in both schemes of colours.
async function looksWell(pages, width) {
  const viewport = { width, height: 844 };
  await withPage({ viewport, deviceScaleFactor: width < 500 ? 2 : 1 }, async (page) => {
    const troubles = watch(page);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const [name, url, status] of pages) {
        assert.equal((await page.goto(url)).status(), status, url);
        if (status === 200) await readsWell(page, `${name} at ${width}`);
        await findsNoFault(page, `${name} at ${width}, ${colorScheme}`);
        const path = join(PICTURES, `${name}-${width}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: status === 200 });
      }
    }
    // Chromium reports the status of the page itself as an error of the console.
    const others = troubles.filter((trouble) => !/status of 4(04|10)/.test(trouble));
    assert.deepEqual(others, [], `errors at ${width} pixels, or requests that left the page`);
  });
}

async function main() {
  mkdirSync(PICTURES, { recursive: true });
  const { title, items } = read("conversation");
  const good = await share(title, items, { expires_in: 2_592_000 });
  const ended = await share("Ended", items.slice(0, 1));
  await call("DELETE", `/v1/shares/${ended.share_id}`);
  const pages = [
    ["conversation", address(good), 200],
    ["410", address(ended), 410],
    ["404", `${BASE_URL}/conversations/share/share_nothing`, 404],
  ];

  // Each has a browser of its own, so that one works while another waits.
  await Promise.all([
    behavesWell(address(good), items),
    looksWell(pages, 390),
    looksWell(pages, 1280),
    isWholeWithoutScript(address(good), items.length),
  ]);
  console.log("axe-core found no fault on any of the pages");
  console.log(`pictures are in ${PICTURES}`);
}

await main();
