// OpenAI's SDK for Node.js against the service, as its users would use it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { BASE_URL, ACCESS_TOKEN, NODE_TOOLS } = process.env;
const require = createRequire(`${NODE_TOOLS}/package.json`);
const OpenAI = require("openai");
const { version } = JSON.parse(readFileSync(`${NODE_TOOLS}/node_modules/openai/package.json`));

const REPLY = "That depends on the question.";
const model = "check-model";
const messages = [{ role: "user", content: "What are the next steps?" }];

async function call(method, path, body) {
  const headers = { Authorization: `Bearer ${ACCESS_TOKEN}`, "Content-Type": "application/json" };
  const answer = await fetch(BASE_URL + path, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

async function refused(kind, status, code, promise) {
  const error = await promise.then(() => assert.fail(`${kind.name} was not raised`), (error) => error);
  assert.ok(error instanceof kind, String(error));
  assert.deepEqual([error.status, error.code], [status, code]);
  assert.ok(error.requestID);
  console.log(`  ${kind.name}: ${code}`);
}

async function chunksOf(options) {
  const chunks = [];
  for await (const chunk of await client.chat.completions.create({ ...options, stream: true })) {
    chunks.push(chunk);
  }
  return [chunks, chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? "").join("")];
}

const client = new OpenAI({ baseURL: `${BASE_URL}/v1`, apiKey: ACCESS_TOKEN, maxRetries: 0 });
console.log(`openai ${version} for Node.js, with an access token`);

const models = [];
for await (const entry of client.models.list()) models.push(entry.id);
assert.deepEqual(models, [model]);
const whole = await client.chat.completions.create({ model, messages });
assert.equal(whole.choices[0].message.content, REPLY);
// Of the second, the provider sends a whole completion where a stream is asked for.
for (const streaming of [model, "unstreaming-model"]) {
  const [, streamed] = await chunksOf({ model: streaming, messages });
  assert.equal(streamed, REPLY, streaming);
}
console.log("  models, a completion and a stream");

const { id } = await call("POST", "/v1/conversations", {});
const kept = await client.chat.completions.create({ model, messages, conversation: id });
assert.deepEqual(kept.conversation, { id, title: messages[0].content });
const [chunks, text] = await chunksOf({ model, messages, conversation: { id } });
assert.equal(text, REPLY);
assert.equal(chunks.at(-1).conversation.id, id);
const { items } = await call("GET", `/v1/conversations/${id}`);
assert.deepEqual(items.map((item) => item.content), [messages[0].content, REPLY, messages[0].content, REPLY]);
console.log("  a completion and a stream in a conversation");

const stranger = client.withOptions({ apiKey: "nobody's" });
await refused(OpenAI.AuthenticationError, 401, "token_invalid", stranger.models.list());
const absent = client.chat.completions.create({ model: "absent-model", messages });
await refused(OpenAI.NotFoundError, 404, "model_not_found", absent);
const nowhere = client.chat.completions.create({ model, messages, conversation: "conv_1" });
await refused(OpenAI.NotFoundError, 404, "conversation_not_found", nowhere);
const twice = client.chat.completions.create({ model, messages, conversation: id, n: 2 });
await refused(OpenAI.BadRequestError, 400, "invalid_value", twice);

// One that may repeat a request does so only where that may help.
let sent = 0;
const counting = (...request) => ((sent += 1), fetch(...request));
const patient = client.withOptions({ maxRetries: 1, fetch: counting });
for (const [model, times] of [["locked-model", 1], ["broken-model", 2]]) {
  sent = 0;
  const failing = patient.chat.completions.create({ model, messages });
  await refused(OpenAI.InternalServerError, 502, "model_provider_error", failing);
  assert.equal(sent, times, model);
}
