// A browser for checks: Chromium with a fresh profile, and a watch over what pages do.
// Environment: BASE_URL, CHROMIUM, NODE_TOOLS (where playwright-core is).

import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { BASE_URL, CHROMIUM, NODE_TOOLS } = process.env;
const { chromium } = createRequire(join(NODE_TOOLS, "package.json"))("playwright-core");

const STEP_MILLISECONDS = 120_000;

// Without these, Chromium calls its maker's hosts at every start.
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// Runs `act(page)` in a browser of its own; `options` are those of Playwright's contexts.
export async function withPage(options, act) {
  const profile = mkdtempSync(join(tmpdir(), "jan-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: FLAGS,
    ...options,
  });
  try {
    // For all pages: on a busy machine the description's page needs half a minute for a click.
    context.setDefaultTimeout(STEP_MILLISECONDS);
    const page = context.pages()[0] ?? (await context.newPage());
    return await act(page);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

// Lists that must stay empty: console errors (violations of the Content-Security-Policy are such),
// uncaught errors, dialogs, requests to anywhere else.
export function watch(page) {
  const troubles = [];
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`uncaught: ${error.message}`));
  page.on("dialog", async (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("requestfailed", (request) => troubles.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    const inline = protocol === "data:" || protocol === "blob:";
    if (!inline && origin !== BASE_URL) troubles.push(`left the origin: ${request.url()}`);
  });
  return troubles;
}
