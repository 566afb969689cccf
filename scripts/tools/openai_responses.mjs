// The responses of OpenAI's SDK for Node.js against the service: answers, streams and their endings.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { BASE_URL, ACCESS_TOKEN, NODE_TOOLS } = process.env;
const OpenAI = createRequire(`${NODE_TOOLS}/package.json`)("openai");
const client = new OpenAI({ baseURL: `${BASE_URL}/openai/v1`, apiKey: ACCESS_TOKEN, maxRetries: 0 });

const REPLY = "That depends on the question.";
const input = "What are the next steps?";
const tools = [{ type: "function", name: "weather", parameters: { type: "object" }, strict: false }];
console.log("openai for Node.js: responses");

const whole = await client.responses.create({ model: "check-model", input });
assert.equal(whole.output_text, REPLY);
assert.deepEqual(await client.responses.retrieve(whole.id), whole);
const asked = [];
for await (const item of client.responses.inputItems.list(whole.id)) asked.push(item.content[0].text);
assert.deepEqual(asked, [input]);
console.log("  an answer, and its input");

async function all(page) {
  const seen = [];
  for await (const item of page) seen.push(item);
  return seen;
}

const model = "check-model";
const next = await client.responses.create({ model, input: "And then?", previous_response_id: whole.id });
assert.equal(next.previous_response_id, whole.id);
const conversation = (await client.conversations.create()).id;
const kept = await client.responses.create({ model, input, conversation: { id: conversation } });
const chat = await client.chat.completions.create({ model, conversation, messages: [{ role: "user", content: "Sure?" }] });
const said = await all(client.conversations.items.list(conversation, { order: "asc" }));
assert.equal(said[1].id, kept.output[0].id);
assert.deepEqual(said.map(({ content }) => content[0].text), [input, REPLY, "Sure?", chat.choices[0].message.content]);
assert.deepEqual((await all(client.models.list())).map(({ id }) => id), [model]);
const told = await all(await client.responses.retrieve(kept.id, { stream: true, starting_after: 3 }));
assert.deepEqual(told.map((event) => event.sequence_number), told.map((_, place) => place + 4));
assert.deepEqual(told.at(-1).response.output, kept.output);
console.log("  a chain, a conversation with a chat in it, a stream of a stored response, the models");

// The client gives up too early, and asks again by itself.
const hasty = new OpenAI({ baseURL: `${BASE_URL}/openai/v1`, apiKey: ACCESS_TOKEN, maxRetries: 9, timeout: 1500 });
const once = (await client.conversations.create()).id;
await hasty.responses.create({ model: "slow-model", input, conversation: once });
assert.equal((await all(client.conversations.items.list(once))).length, 2);
console.log("  a repeat of the SDK itself makes one turn");

async function read(stream) {
  const numbers = [];
  for await (const event of stream) numbers.push(event.sequence_number);
  return [numbers, await stream.finalResponse()];
}

for (const [model, status] of [
  ["check-model", "completed"],
  ["calling-model", "completed"],
  ["refusing-model", "completed"],
  ["thinking-model", "completed"],
  ["cut-model", "incomplete"],
  ["dying-model", "failed"],
]) {
  const [numbers, final] = await read(client.responses.stream({ model, input, tools }));
  assert.deepEqual(numbers, [...numbers.keys()], model);
  assert.equal(final.status, status, model);
  for (const after of numbers) {
    const rest = client.responses.stream({ response_id: final.id, starting_after: after });
    const [later, again] = await read(rest);
    assert.deepEqual(later, numbers.slice(after + 1), `${model} ${after}`);
    assert.deepEqual(again.output, final.output, `${model} ${after}`);
  }
  console.log(`  a stream of ${model}, and the rest of it after each of ${numbers.length} events`);
}

const slow = await client.responses.create({ model: "endless-model", input, background: true });
assert.equal((await client.responses.cancel(slow.id)).status, "cancelled");
await client.responses.delete(slow.id);
await assert.rejects(client.responses.retrieve(slow.id), { status: 404, code: "response_not_found" });
console.log("  in the background: cancelled, and deleted");
