// OpenAI's SDK for Node.js against /openai/v1: conversations and their items, with nothing but another baseURL.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { BASE_URL, ACCESS_TOKEN, NODE_TOOLS } = process.env;
const require = createRequire(`${NODE_TOOLS}/package.json`);
const OpenAI = require("openai");
const { version } = JSON.parse(readFileSync(`${NODE_TOOLS}/node_modules/openai/package.json`));

const options = { baseURL: `${BASE_URL}/openai/v1`, apiKey: ACCESS_TOKEN, maxRetries: 0 };
const client = new OpenAI(options);
const { conversations } = client;
console.log(`openai ${version} for Node.js, baseURL /openai/v1`);

async function refused(kind, status, code, param, promise) {
  const error = await promise.then(() => assert.fail(`${kind.name} was not raised`), (error) => error);
  assert.ok(error instanceof kind, String(error));
  assert.deepEqual([error.status, error.code, error.param], [status, code, param]);
  assert.ok(error.requestID);
  console.log(`  ${kind.name}: ${code}`);
}

async function all(page) {
  const seen = [];
  for await (const item of page) seen.push(item);
  return seen;
}

const made = await conversations.create({ metadata: { topic: "demo" }, items: [{ role: "user", content: "Hello!" }] });
assert.deepEqual([made.object, made.metadata], ["conversation", { topic: "demo" }]);
assert.deepEqual(await conversations.retrieve(made.id), made);
const updated = await conversations.update(made.id, { metadata: { topic: "other" } });
assert.deepEqual(updated.metadata, { topic: "other" });
const empty = await conversations.create({ items: [] });
assert.deepEqual(await conversations.delete(empty.id), { id: empty.id, object: "conversation.deleted", deleted: true });
await refused(OpenAI.NotFoundError, 404, "conversation_not_found", null, conversations.retrieve(empty.id));
console.log("  conversations: created, retrieved, updated, deleted");

const one = (await conversations.create()).id;
const sent = [
  { type: "message", role: "user", content: [{ type: "input_text", text: "How warm is it?" }] },
  { type: "function_call", call_id: "call_1", name: "thermometer", arguments: '{"place": "Oslo"}' },
  { type: "function_call_output", call_id: "call_1", output: "21" },
  { type: "reasoning", id: "rs_1", summary: [] },
  { type: "message", role: "assistant", content: [{ type: "output_text", text: "21 °C.", annotations: [] }] },
];
const added = await conversations.items.create(one, {
  include: ["message.output_text.logprobs", "reasoning.encrypted_content"],
  items: sent,
});
const bare = ({ id, status, ...rest }) => rest;
assert.deepEqual(added.data.map(bare), sent.map(bare));
assert.deepEqual(added.data.map(({ id }) => id.split("_")[0]), ["msg", "fc", "fco", "rs", "msg"]);
const call = added.data[1];
assert.deepEqual(await conversations.items.retrieve(call.id, { conversation_id: one }), call);
assert.equal((await conversations.items.delete(added.data[3].id, { conversation_id: one })).id, one);
assert.equal((await all(conversations.items.list(one, { order: "asc" }))).length, 4);
const many = Array(21).fill({ role: "user", content: "x" });
await refused(OpenAI.BadRequestError, 400, "invalid_value", "items", conversations.items.create(one, { items: many }));
const unknown = conversations.create({ title: "T" });
await refused(OpenAI.BadRequestError, 400, "unknown_parameter", "title", unknown);
console.log("  items: created, retrieved, listed, deleted");

const long = (await conversations.create()).id;
const ids = [];
for (const count of [20, 20, 5]) {
  const items = Array.from({ length: count }, (_, number) => ({ role: "user", content: String(number) }));
  ids.push(...(await conversations.items.create(long, { items })).data.map(({ id }) => id));
}
for (const query of [{}, { limit: 7 }, { limit: 100 }]) {
  const up = await all(conversations.items.list(long, { ...query, order: "asc" }));
  assert.deepEqual(up.map(({ id }) => id), ids);
  const down = await all(conversations.items.list(long, query));
  assert.deepEqual(down.map(({ id }) => id), ids.toReversed());
}
console.log("  45 items by the SDK's own pages, in both orders");

// The first two answers are lost after the service has given them.
let count = 0;
const losing = async (...request) => {
  const answer = await fetch(...request);
  count += 1;
  if (count > 2) return answer;
  await answer.body?.cancel();
  throw new TypeError("the answer was lost");
};
const patient = new OpenAI({ ...options, maxRetries: 3, fetch: losing });
const once = (await conversations.create()).id;
const headers = { "Idempotency-Key": `once-${once}` };
await patient.conversations.items.create(once, { items: [{ role: "user", content: "Once?" }] }, { headers });
assert.equal(count, 3);
assert.equal((await all(conversations.items.list(once))).length, 1);
console.log("  a repeat of the SDK itself makes one item");
