// A conversation from its beginning to its end, against a live service.

import { strict as assert } from "node:assert";
import { Client, ConversationNotFoundError, etagOf, GoneError, NotFoundError } from "jan-conversations";
import { PreconditionFailedError, ShareEndedError, TokenMissingError } from "jan-conversations";
import type { Conversation, Item, ItemEvent } from "jan-conversations";
import { all } from "./tools.js";

const baseUrl = process.env.BASE_URL!;
const REPLY = "That depends on the question.";

async function checkConversations(client: Client): Promise<Conversation> {
  const conversation = await client.conversations.create();
  assert.deepEqual([conversation.title, conversation.project_id], [null, null]);
  assert.equal((await client.conversations.get(conversation.id)).title, null);
  const project = await client.projects.create({ title: "Research 🔭", instruction: "Be brief." });
  const change = { project_id: project.id, metadata: { a: "1" } };
  const moved = await client.conversations.update(conversation.id, change);
  assert.deepEqual([moved.project_id, moved.metadata], [project.id, { a: "1" }]);
  const found = await all(client.projects.conversations(project.id));
  assert.deepEqual(found.map((entry) => entry.id), [conversation.id]);
  const cleared = await client.conversations.update(conversation.id, { project_id: null, metadata: null });
  assert.deepEqual([cleared.project_id, cleared.metadata], [null, {}]);
  console.log("  a conversation without title and project, moved and moved back");
  return conversation;
}

async function checkFlags(client: Client): Promise<void> {
  const ids = async (list: AsyncIterable<{ id: string }>) => (await all(list)).map(({ id }) => id);
  const project = await client.projects.create({ title: "Later", pinned: true });
  const kept = await client.conversations.create({ title: "Kept", project_id: project.id });
  const { id: shelved } = await client.conversations.create({ title: "Shelved", project_id: project.id });
  assert.equal((await client.conversations.update(shelved, { archived: true })).archived, true);
  assert.equal((await client.conversations.update(kept.id, { pinned: true })).pinned, true);
  assert.deepEqual(await ids(client.projects.conversations(project.id)), [kept.id]);
  const both = client.projects.conversations(project.id, { archived: "any", order: "asc" });
  assert.deepEqual(await ids(both), [kept.id, shelved]);
  assert.deepEqual(await ids(client.conversations.list({ archived: "true" })), [shelved]);
  assert.deepEqual(await ids(client.conversations.list({ pinned: true })), [kept.id]);
  assert.deepEqual(await ids(client.projects.list({ pinned: true })), [project.id]);
  assert.equal((await client.projects.update(project.id, { archived: true, pinned: false })).archived, true);
  assert.deepEqual(await ids(client.projects.list({ archived: "true", pinned: false })), [project.id]);
  console.log("  archived and pinned conversations and projects");
}

async function checkSettings(client: Client): Promise<void> {
  assert.equal((await client.settings.get()).profile.nickname, null);
  const preferences = { theme: "dark", sizes: [1, 0.1] };
  let told = await client.settings.update({ profile: { nickname: "Ada", style: "concise" }, preferences });
  assert.deepEqual([told.profile.nickname, told.profile.about, told.use_profile], ["Ada", null, true]);
  told = await client.settings.update({ use_profile: false, profile: { nickname: null } });
  assert.deepEqual([told.profile.nickname, told.profile.style, told.use_profile], [null, "concise", false]);
  assert.deepEqual((await client.settings.get()).preferences, preferences);
  assert.deepEqual((await client.settings.update({ profile: null, preferences: null })).preferences, {});
  console.log("  settings, and their end");
}

async function checkVersions(client: Client): Promise<void> {
  const { id } = await client.conversations.create({ title: "Draft" });
  const read = await client.conversations.get(id);
  const renamed = await client.conversations.update(id, { title: "Plan" }, { ifMatch: read });
  const late = { ifMatch: etagOf(read)! };
  assert.notEqual(etagOf(renamed), late.ifMatch);
  for (const change of [() => client.conversations.update(id, { title: "Late" }, late), () => client.conversations.delete(id, late)]) {
    await assert.rejects(change, (error) => {
      return error instanceof PreconditionFailedError && error.status === 412 && error.param === "If-Match";
    });
  }
  await client.items.create(id, { role: "user", content: "one" });
  const [listed] = (await client.items.list(id)).data;
  const edited = await client.items.edit(id, listed!.id, { content: "two" }, { ifMatch: listed! });
  assert.deepEqual([etagOf(edited), edited.version], ['"2"', 2]);
  const restored = await client.items.restore(id, edited.id, 1, { ifMatch: edited });
  await client.items.delete(id, edited.id, { ifMatch: restored });
  const settings = await client.settings.update({ use_profile: true }, { ifMatch: await client.settings.get() });
  assert.equal(etagOf(await client.settings.update({ use_profile: true }, { ifMatch: "*" })), etagOf(settings));
  const made = await client.projects.create({ title: "Folder" });
  const project = await client.projects.update(made.id, { title: "Box" }, { ifMatch: made });
  await client.projects.delete(project.id, { ifMatch: project });
  await client.conversations.delete(id, { ifMatch: await client.conversations.get(id) });
  console.log("  changes of what was read, and no others");
}

async function checkItems(client: Client, conversation: string): Promise<Item[]> {
  for (let number = 0; number < 5; number++) {
    await client.items.create(conversation, { role: "user", content: `${number} 👩‍👩‍👧 \u2028 שלום` });
  }
  const page = await client.items.list(conversation, { limit: 2 });
  assert.deepEqual([page.data.length, page.hasMore], [2, true]);
  const items = await all(page);
  assert.deepEqual(items.map((item) => item.content[0]), [..."01234"]);
  const lengths = (await all(page.pages())).map(({ data }) => data.length);
  assert.deepEqual(lengths, [2, 2, 1]);
  assert.deepEqual(await all(client.items.list(conversation, { limit: 4 })), items);
  const newest = await all(client.items.list(conversation, { limit: 3, order: "desc" }));
  assert.deepEqual(newest.map((item) => item.content[0]), [..."43210"]);
  const rest = await all(client.items.list(conversation, { after: items[3]!.id }));
  assert.deepEqual(rest.map((item) => item.id), [items[4]!.id]);
  const edited = await client.items.edit(conversation, items[0]!.id, { content: "two" });
  assert.deepEqual([edited.version, edited.content], [2, "two"]);
  const restored = await client.items.restore(conversation, edited.id, 1);
  assert.deepEqual([restored.version, restored.content], [3, items[0]!.content]);
  const versions = await all(client.items.versions(conversation, edited.id, { limit: 1 }));
  assert.deepEqual(versions.map(({ version }) => version), [1, 2, 3]);
  const many = (await client.conversations.create()).id;
  const question = { role: "user", content: "And?", call_id: "1" } as const;
  const said = await client.items.createMany(many, { items: [question, { role: "assistant", content: "So." }] });
  assert.deepEqual(said.map((item) => item.content), ["And?", "So."]);
  assert.deepEqual(await client.items.createMany(many, { items: [question] }), said.slice(0, 1));
  console.log("  messages, alone and together, in pages, edited and restored");
  return items;
}

async function checkReplies(client: Client, conversation: string, last: Item): Promise<void> {
  const events = await all(await client.items.streamReply(conversation, last.id));
  const end = events.at(-1)!;
  assert(end.type === "item.completed" && end.finish_reason === "stop");
  const told = events.map((event) => (event.type === "item.delta" ? event.text : "")).join("");
  assert.deepEqual([told, end.item.content], [REPLY, REPLY]);
  const again = await client.items.regenerate(conversation, end.item.id);
  assert.deepEqual([again.id, again.version, again.model], [end.item.id, 2, "check-model"]);
  assert.equal((await client.chat.listModels())[0]?.id, "check-model");
  assert.equal((await client.chat.getModel("check-model")).object, "model");
  const asked = { messages: [{ role: "user", content: "And then?" }], conversation, temperature: 0.5 };
  const whole = await client.chat.create(asked);
  assert.equal(whole.conversation?.id, conversation);
  const chunks = await all(await client.chat.stream(asked));
  assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), REPLY);
  assert.equal(chunks.at(-1)?.conversation?.id, conversation);
  console.log("  replies, whole and as they are written");
}

async function checkCancel(client: Client, conversation: string): Promise<void> {
  const asked = await client.items.create(conversation, { role: "user", content: "For ever?" });
  const stream = await client.items.streamReply(conversation, asked.id, { model: "endless-model" });
  let cancelled: { cancelled: boolean; item: Item | null } | undefined;
  let end: ItemEvent | undefined;
  for await (const event of stream) {
    cancelled ??= await client.conversations.cancel(conversation);
    end = event;
  }
  assert(cancelled?.cancelled && cancelled.item);
  assert(end?.type === "item.completed" && end.finish_reason === "cancelled");
  assert.equal(end.item.id, cancelled.item.id);
  assert.equal((await client.conversations.cancel(conversation)).cancelled, false);
  console.log("  a reply that is ended in the middle");
}

async function checkShares(client: Client, conversation: string): Promise<void> {
  const share = await client.shares.create(conversation, { expires_in: 3600 });
  const anybody = new Client({ baseUrl });
  const seen = await anybody.shares.open(share.share_id, { limit: 2 });
  assert.deepEqual([seen.items.length, seen.has_more], [2, true]);
  const copy = await client.shares.fork(share.share_id);
  assert.equal(copy.item_count, (await client.conversations.get(conversation)).item_count);
  const links = await all(client.shares.list({ state: "active" }));
  assert.deepEqual(links.map((link) => link.share_id), [share.share_id]);
  await client.shares.revoke(share.share_id);
  await assert.rejects(anybody.shares.open(share.share_id), (error) => {
    return error instanceof ShareEndedError && error instanceof GoneError && error.status === 410;
  });
  console.log("  a link that anybody can open, and its end");
}

async function checkEnd(client: Client, conversation: string): Promise<void> {
  const whole = await client.conversations.export(conversation);
  assert.equal(whole.items[0]?.earlier_versions[0]?.version, 1);
  assert((await client.conversations.exportMarkdown(conversation)).includes(REPLY));
  await client.conversations.delete(conversation);
  await assert.rejects(client.conversations.get(conversation), (error) => {
    assert(error instanceof ConversationNotFoundError && error instanceof NotFoundError);
    assert(error.requestId && error.docUrl?.endsWith("#conversation_not_found"));
    return true;
  });
  console.log("  an export, a deletion, and an error with its code");
}

async function checkAccounts(client: Client): Promise<void> {
  const name = crypto.randomUUID();
  await client.auth.upgrade({ email: `${name}@example.org`, password: "a long sentence is easy to keep" });
  assert.equal((await client.auth.me()).kind, "account");
  const key = await client.auth.createApiKey({ name: "A notebook" });
  assert.equal(key.expires_at, null);
  const byKey = new Client({ baseUrl, token: key.key });
  assert.equal((await byKey.auth.me()).id, (await client.auth.me()).id);
  const first = client.session!;
  assert.notEqual((await client.auth.resume(first.refresh_token)).refresh_token, first.refresh_token);
  await client.auth.logout();
  await assert.rejects(client.auth.me(), TokenMissingError);
  console.log("  an account, a key, and the end of a session");
}

console.log("the SDK for TypeScript");
const client = new Client({ baseUrl });
await client.auth.guestLogin();
const { id } = await checkConversations(client);
await checkFlags(client);
await checkSettings(client);
await checkVersions(client);
const items = await checkItems(client, id);
await checkReplies(client, id, items.at(-1)!);
await checkCancel(client, id);
await checkShares(client, id);
await checkEnd(client, id);
await checkAccounts(client);
