// Looks for what keeps people from using a page: all rules of axe-core, WCAG 2.2 AA among them.
// Environment: NODE_TOOLS.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const SOURCE = readFileSync(join(process.env.NODE_TOOLS, "node_modules/axe-core/axe.min.js"), "utf8");

export async function findsNoFault(page, where) {
  // The page's policy would keep a script element from running; the browser's own tools may.
  await page.evaluate(SOURCE);
  const violations = await page.evaluate(async () => {
    // Everything is shown as when somebody is near it.
    document.querySelectorAll("details").forEach((details) => (details.open = true));
    const { violations } = await window.axe.run();
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
  assert.deepEqual(violations, [], where);
}
