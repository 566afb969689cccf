// What goes wrong between a client and the service, and what the SDK makes of it.

import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import * as jan from "jan-conversations";
import { all, waitFor } from "./tools.js";

const { BASE_URL, FLAKY_URL, ACCESS_TOKEN } = process.env as Record<string, string>;
const token = ACCESS_TOKEN!;
const direct = new jan.Client({ baseUrl: BASE_URL!, token });

interface Seen {
  requests: { method: string; path: string; key: string | null }[];
  hung_up: boolean;
}

/** A client of the service with a fault of its own. */
class Flaky {
  readonly name: string;
  readonly client: jan.Client;

  constructor(fault: string, options: jan.ClientOptions = { token }) {
    this.name = `${fault}-${crypto.randomUUID().replaceAll("-", "")}`;
    this.client = new jan.Client({ baseUrl: `${FLAKY_URL}/${this.name}`, ...options });
  }

  async seen(): Promise<Seen> {
    return (await fetch(`${FLAKY_URL}/seen/${this.name}`)).json() as Promise<Seen>;
  }

  async keys(): Promise<(string | null)[]> {
    return (await this.seen()).requests.map(({ key }) => key);
  }
}

async function checkRepeats(): Promise<void> {
  let made: jan.Conversation | undefined;
  for (const fault of ["busy_once", "in_progress_once", "lose_once"]) {
    const flaky = new Flaky(fault);
    const title = `Once only, ${flaky.name}`;
    made = await flaky.client.conversations.create({ title });
    const [first, second, ...more] = await flaky.keys();
    assert(first && first === second && more.length === 0, fault);
    const found = (await all(direct.conversations.list())).filter((one) => one.title === title);
    assert.deepEqual(found.map((one) => one.id), [made.id]);
  }
  let flaky = new Flaky("lose_once");
  await flaky.client.conversations.delete(made!.id);
  assert.deepEqual((await flaky.seen()).requests.map(({ method }) => method), ["DELETE", "DELETE"]);
  const { id, ...rest } = await direct.conversations.create();
  assert.equal(jan.etagOf({ id, ...rest }), undefined, "a copy");
  const read = await direct.conversations.get(id);
  const change = (name: Flaky, title: string) => name.client.conversations.update(id, { title }, { ifMatch: read });
  flaky = new Flaky("lose_once");
  await assert.rejects(change(flaky, "Ours?"), jan.APIConnectionError);
  assert.deepEqual((await flaky.seen()).requests.map(({ method }) => method), ["PATCH", "PATCH"]);
  const renamed = await direct.conversations.get(id);
  assert.equal(renamed.title, "Ours?");
  await assert.rejects(change(new Flaky("busy_once"), "Late"), jan.PreconditionFailedError);
  await new Flaky("lose_once").client.conversations.delete(id, { ifMatch: renamed });
  flaky = new Flaky("busy_once");
  await flaky.client.auth.guestLogin();
  assert.deepEqual(await flaky.keys(), [null, null], "nothing was done the first time");
  flaky = new Flaky("lose_once");
  await assert.rejects(flaky.client.auth.guestLogin(), jan.APIConnectionError);
  assert.deepEqual(await flaky.keys(), [null], "there may be a guest, and no key to find them by");
  flaky = new Flaky("busy_once");
  // The tests of other languages run beside these, for the same owner.
  const mine = `mine-${crypto.randomUUID()}`;
  await flaky.client.conversations.create({}, { idempotencyKey: mine });
  assert.deepEqual(await flaky.keys(), [mine, mine]);
  console.log("  what failed once is sent again, with the same key, and done once");
}

async function checkRefusals(): Promise<void> {
  let flaky = new Flaky("refuse");
  await assert.rejects(flaky.client.conversations.create(), jan.ModelProviderError);
  assert.equal((await flaky.keys()).length, 1, "x-should-retry: false");
  flaky = new Flaky("closed_for_long");
  await assert.rejects(flaky.client.conversations.create(), (error) => {
    return error instanceof jan.StorageFullError && error.retryAfter === 3600;
  });
  assert.equal((await flaky.keys()).length, 1, "an hour is too long to wait");
  flaky = new Flaky("busy_once");
  await assert.rejects(flaky.client.conversations.create({}, { maxRetries: 0 }), jan.ServerBusyError);
  await assert.rejects(new Flaky("gateway").client.auth.me(), (error) => {
    return error instanceof jan.NotFoundError && error.code === null && error.message.includes("Not here");
  });
  const silent = new Flaky("silent").client;
  await assert.rejects(silent.auth.me({ timeout: 200, maxRetries: 1 }), jan.APITimeoutError);
  await assert.rejects(silent.auth.me({ signal: AbortSignal.timeout(100) }), { name: "TimeoutError" });
  const nowhere = new jan.Client({ baseUrl: "http://127.0.0.1:9", maxRetries: 1 });
  await assert.rejects(nowhere.auth.guestLogin(), jan.APIConnectionError);
  console.log("  what cannot succeed is not sent again, and what is not ours is told as such");
}

async function checkRenewal(): Promise<void> {
  let asked = 0;
  const envelope = { error: { message: "It has expired.", type: "test", code: "token_expired" } };
  const expireOnce: typeof fetch = async (input, init) => {
    const first = String(input).endsWith("/auth/me") && asked++ === 0;
    return first ? Response.json(envelope, { status: 401 }) : fetch(input, init);
  };
  const client = new jan.Client({ baseUrl: BASE_URL!, fetch: expireOnce });
  const before = await client.auth.guestLogin();
  const answers = await Promise.all([client.auth.me(), client.auth.me()]);
  assert.deepEqual(answers.map(({ kind }) => kind), ["guest", "guest"]);
  assert.notEqual(client.session!.refresh_token, before.refresh_token);
  assert.equal(asked, 3);
  console.log("  a token that expired is renewed");
}

async function checkStreams(): Promise<void> {
  const cut = await new Flaky("stream_cut").client.items.streamReply("conv", "item");
  const events = cut[Symbol.asyncIterator]();
  assert.deepEqual((await events.next()).value, { type: "item.delta", text: "😀\u2028" });
  await assert.rejects(events.next(), jan.StreamInterruptedError);
  const controller = new AbortController();
  const { signal } = controller;
  await endless({}, () => true);
  await assert.rejects(endless({ signal }, () => controller.abort()), { name: "AbortError" });
  console.log("  a stream that is cut is told as such, and one that is left is hung up");
}

/** Goes over a stream that never ends until `leave` does it, and waits until the other side knows. */
async function endless(options: jan.RequestOptions, leave: () => true | void): Promise<void> {
  const flaky = new Flaky("stream_endless");
  const stream = await flaky.client.items.streamReply("conv", "item", {}, options);
  try {
    for await (const event of stream) {
      assert.deepEqual(event, { type: "item.delta", text: "and so on " });
      if (leave()) break;
    }
  } finally {
    await waitFor(async () => (await flaky.seen()).hung_up);
  }
}

/** The clock runs while the client waits for the server, and not while the caller does other things. */
async function checkPatience(): Promise<void> {
  const timeout = 1_500;
  const flaky = new Flaky("stream_silent");
  const stream = await flaky.client.items.streamReply("conv", "item", {}, { timeout });
  const events = stream[Symbol.asyncIterator]();
  await sleep(2 * timeout);
  assert.deepEqual((await events.next()).value, { type: "item.delta", text: "and then " });
  await sleep(2 * timeout);
  await assert.rejects(events.next(), jan.APITimeoutError);
  await waitFor(async () => (await flaky.seen()).hung_up);
  console.log("  a stream that is silent ends in time, and one that is read late does not");
}

/** A program that opens a stream and does not read it comes to its end. */
async function checkUnread(): Promise<void> {
  const { id } = await direct.conversations.create();
  const item = await direct.items.create(id, { role: "user", content: "And then?" });
  const program = `
    import { Client } from "jan-conversations";
    const { BASE_URL: baseUrl, ACCESS_TOKEN: token } = process.env;
    await new Client({ baseUrl, token }).items.streamReply("${id}", "${item.id}");
  `;
  const call = ["--input-type=module", "--eval", program];
  await promisify(execFile)(process.execPath, call, { cwd: import.meta.dirname, timeout: 60_000 });
  console.log("  a stream that is not read keeps no program from its end");
}

async function checkLists(): Promise<void> {
  let flaky = new Flaky("many");
  const items = await all(flaky.client.items.list("conv", { limit: 100 }));
  assert.deepEqual(items.map((item) => item.id), Array.from({ length: 10_000 }, (_, number) => `item_${number}`));
  assert.equal((await flaky.keys()).length, 100);
  flaky = new Flaky("many");
  let number = 0;
  for await (const _ of flaky.client.items.list("conv", { limit: 100 })) if (++number === 150) break;
  assert.equal((await flaky.keys()).length, 2, "a list is read as far as it is used");
  console.log("  10,000 messages in pages, and no page that is not used");
}

async function checkTexts(): Promise<void> {
  const texts = ["😀👩‍👩‍👧‍👦", "\u2028\u2029\u0085\r\n\t", '"\\u0000"', "a".repeat(100_000), "\u202eשלום", "\ufeffx"];
  const items = texts.map((content) => ({ role: "user", content }) as const);
  const { id } = await direct.conversations.create({ items });
  assert.deepEqual((await all(direct.items.list(id))).map((item) => item.content), texts);
  for (const content of ["a\0b", "\ud800"]) {
    await assert.rejects(direct.items.create(id, { role: "user", content }), jan.BadRequestError);
  }
  for (const strange of ["a/b", "a?b=c", "a#b", "ü", "%2e", "x\0y", "a b"]) {
    await assert.rejects(direct.conversations.get(strange), (error) => error instanceof jan.APIError && error.code !== null);
  }
  for (const elsewhere of ["", ".", ".."]) await assert.rejects(async () => direct.conversations.delete(elsewhere), TypeError);
  console.log("  texts of all kinds, and ids that are none");
}

console.log("the SDK for TypeScript, when things go wrong");
await checkRepeats();
await checkRefusals();
await checkRenewal();
await checkStreams();
await checkPatience();
await checkUnread();
await checkLists();
await checkTexts();
