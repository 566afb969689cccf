// Mistakes in calls: each is told at once, and nothing is sent. No service is needed for that.

import { strict as assert } from "node:assert";
import { APIError, Client, JanError } from "jan-conversations";

/** A client of a server that says the same to everything, and what it was sent. */
function scripted(answer: () => Response, baseUrl = "http://localhost:1") {
  const sent: string[] = [];
  const fetch = async (input: unknown) => {
    sent.push(String(input));
    return answer();
  };
  return { client: new Client({ baseUrl, fetch, maxRetries: 0 }), sent };
}

const messages = [{ role: "user", content: "And then?" }];

async function checkForms(): Promise<void> {
  const { client, sent } = scripted(() => new Response("# A title"));
  const says = (words: string) => (error: unknown) => error instanceof TypeError && error.message.includes(words);
  // @ts-expect-error: `stream` is not in the type.
  await assert.rejects(async () => client.chat.create({ messages, stream: true }), says("client.chat.stream("));
  // @ts-expect-error
  await assert.rejects(async () => client.items.regenerate("c", "i", { stream: true }), says("client.items.streamReply("));
  for (const format of ["md", "html"] as const) {
    // @ts-expect-error
    await assert.rejects(async () => client.shares.open("share", { format }), says("client.shares.openMarkdown("));
  }
  // @ts-expect-error: Without messages there is no chat.
  void ((body: {}) => client.chat.create(body));
  assert.deepEqual(sent, []);
  assert.equal(await client.shares.openMarkdown("share", { limit: 2 }), "# A title");
  assert.equal(sent[0], "http://localhost:1/conversations/share/share?limit=2&format=md");
  await assert.rejects(client.shares.open("share"), (error) => {
    return error instanceof JanError && error.message === "the answer to get_shared_conversation is not JSON";
  });
  console.log("  forms that a call does not answer in, and the call that does");
}

async function checkAddresses(): Promise<void> {
  const addresses = { "http://localhost:1/v1": "http://localhost:1", "http://v1/v1/": "http://v1", "http://v1": "http://v1" };
  for (const [given, used] of Object.entries(addresses)) {
    const { client, sent } = scripted(() => Response.json({ data: [] }), given);
    await client.chat.listModels();
    await client.auth.me();
    assert.deepEqual(sent, [`${used}/v1/models`, `${used}/auth/me`]);
  }
  for (const baseUrl of ["localhost:8000", "127.0.0.1:8000", "ftp://localhost", "/api", ""]) {
    assert.throws(() => new Client({ baseUrl }), { name: "TypeError", message: /must begin with http:\/\/ or https:\/\// });
  }
  console.log("  addresses with /v1, and such that are none");
}

async function checkKeys(): Promise<void> {
  const { client, sent } = scripted(() => Response.json({}));
  for (const idempotencyKey of ["order-7\n", "a\r\nb", "ü", "\u2028", "", "a".repeat(256)]) {
    await assert.rejects(client.conversations.create({}, { idempotencyKey }), {
      name: "TypeError",
      message: "idempotencyKey must have 1 to 255 printable ASCII characters",
    });
  }
  assert.deepEqual(sent, []);
  await client.conversations.create({}, { idempotencyKey: "order 7" });
  console.log("  an idempotency key that cannot be one");
}

async function checkTags(): Promise<void> {
  const { client, sent } = scripted(() => Response.json({}));
  for (const ifMatch of ["", "1", '"1', '"ü"', '"1"\n', {}, undefined as unknown as object]) {
    await assert.rejects(client.conversations.delete("conv", { ifMatch }), { name: "TypeError", message: /^ifMatch must be / });
  }
  assert.deepEqual(sent, []);
  const item = { object: "conversation.item", version: 3 };
  for (const ifMatch of ['"1"', 'W/"1", "2-gzip"', "*", item]) await client.conversations.delete("conv", { ifMatch });
  // @ts-expect-error: What is not changed in a state takes none.
  void (() => client.conversations.get("conv", {}, { ifMatch: "*" }));
  console.log("  a state that cannot be one");
}

async function checkMessages(): Promise<void> {
  const error = { message: "It is not there.", type: "not_found_error", code: "conversation_not_found" };
  const missing = scripted(() => Response.json({ error }, { status: 404 }));
  await assert.rejects(missing.client.conversations.get("conv"), (failure) => {
    assert(failure instanceof APIError);
    assert.equal(failure.message, "404 conversation_not_found: It is not there.");
    assert.equal(failure.detail, "It is not there.");
    return true;
  });
  const proxy = scripted(() => new Response("Bad gateway", { status: 502 }));
  await assert.rejects(proxy.client.auth.me(), { message: "502: Bad gateway", detail: "Bad gateway" });
  console.log("  errors that tell their status and code");
}

console.log("the SDK for TypeScript, when it is called in a wrong way");
await checkForms();
await checkAddresses();
await checkKeys();
await checkTags();
await checkMessages();
