// Runs guide_share.mjs, which is the guide's example word for word. Only what a reader fills in is
// filled in: the token, the conversation, and where this service is.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const { BASE_URL, ACCESS_TOKEN } = process.env;

async function conversation() {
  const answer = await fetch(`${BASE_URL}/v1/conversations`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ACCESS_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ title: 'Plans', items: [{ role: 'user', content: 'Hello, how are you?' }] }),
  });
  assert.equal(answer.status, 201);
  return (await answer.json()).id;
}

function filledIn(example, values) {
  for (const [blank, value] of values) {
    assert.ok(example.includes(blank), `the example has no ${blank}`);
    example = example.replace(blank, value);
  }
  return example;
}

const example = await readFile(new URL('guide_share.mjs', import.meta.url), 'utf8');
const script = filledIn(example, [
  ['your_token_here', ACCESS_TOKEN],
  ['conv_123', await conversation()],
  ['http://localhost:8000', BASE_URL],
]);
const folder = await mkdtemp(join(tmpdir(), 'guide-'));
try {
  const path = join(folder, 'example.mjs');
  await writeFile(path, script);
  const { stdout } = await promisify(execFile)(process.execPath, [path]);
  const [, url] = /^Share link: (http:\S+\/conversations\/share\/share_\w+)\n$/.exec(stdout) ?? [];
  // A link leads to the address that was asked.
  assert.ok(url?.startsWith(`${BASE_URL}/`), `it printed: ${stdout}`);
  const page = await fetch(url, { headers: { Accept: 'text/html' } });
  assert.equal(page.status, 200);
  assert.match(await page.text(), /Hello, how are you\?/);
  const view = await (await fetch(url)).json();
  assert.equal(view.object, 'shared_conversation');
  assert.equal(view.items[0].content, 'Hello, how are you?');
  console.log(stdout.trim());
} finally {
  await rm(folder, { recursive: true });
}
