// A first conversation through the client that @hey-api/openapi-ts makes of our document. That it
// compiles under `strict` shows that its types say what this needs.

import { strict as assert } from "node:assert";
import * as sdk from "./typescript";
import { client } from "./typescript/client.gen";

const QUESTION = "What are the next steps?";
const REPLY = "That depends on the question.";

async function checkConversations(): Promise<string> {
  const { data: project } = await sdk.createProject({
    body: { title: "My AI Research", instruction: "Be brief." },
    throwOnError: true,
  });
  const { data: conversation } = await sdk.createConversation({
    body: { project_id: project.id, items: [{ role: "user", content: QUESTION }] },
    throwOnError: true,
  });
  assert.deepEqual([conversation.title, conversation.item_count], [QUESTION, 1]);
  const { data: renamed } = await sdk.updateConversation({
    path: { conversation_id: conversation.id },
    body: { title: "Planning" },
    throwOnError: true,
  });
  assert.equal(renamed.title, "Planning");
  const { data: page } = await sdk.listConversations({ query: { limit: 1 }, throwOnError: true });
  assert.deepEqual(page.data.map((entry) => entry.id), [conversation.id]);
  assert.deepEqual([page.has_more, page.next_after], [false, null]);
  console.log("  a project and a conversation in it");
  return conversation.id;
}

async function checkItems(conversation: string): Promise<void> {
  const path = { conversation_id: conversation };
  const body = { role: "assistant", content: "one", call_id: "call-1" } as const;
  const first = await sdk.createItem({ path, body, throwOnError: true });
  const again = await sdk.createItem({ path, body, throwOnError: true });
  assert.deepEqual([first.response.status, again.response.status], [201, 200]);
  const item = { conversation_id: conversation, item_id: first.data.id };
  await sdk.editItem({ path: item, body: { content: "two" }, throwOnError: true });
  await sdk.restoreItemVersion({ path: { ...item, version: 1 }, throwOnError: true });
  const { data: versions } = await sdk.listItemVersions({ path: item, throwOnError: true });
  assert.deepEqual(versions.data.map((version) => version.content), ["one", "two", "one"]);
  console.log("  items, their versions, and a safe retry");
}

async function checkReplies(conversation: string): Promise<void> {
  const path = { conversation_id: conversation };
  const { data: items } = await sdk.listItems({ path, query: { order: "desc" }, throwOnError: true });
  const [last] = items.data;
  assert(last);
  const { data: reply } = await sdk.regenerateItem({
    path: { ...path, item_id: last.id },
    throwOnError: true,
  });
  assert.deepEqual([reply.content, reply.model], [REPLY, "check-model"]);
  const { data: completion } = await sdk.createChatCompletion({
    body: { conversation, messages: [{ role: "user", content: "And then?" }] },
    throwOnError: true,
  });
  assert.equal(completion.conversation?.id, conversation);
  const { data: whole } = await sdk.getConversation({ path, throwOnError: true });
  const said = (whole.items ?? []).map((entry) => entry.content);
  assert.deepEqual(said, [QUESTION, REPLY, "And then?", REPLY]);
  console.log("  replies by a model");
}

async function checkShares(conversation: string): Promise<void> {
  const path = { conversation_id: conversation };
  const { data: share } = await sdk.shareConversation({ path, throwOnError: true });
  const { data: seen } = await sdk.getSharedConversation({
    path: { share_id: share.share_id },
    throwOnError: true,
  });
  assert.equal(seen.title, "Planning");
  console.log("  a link that anybody can open");
}

async function checkEnd(conversation: string): Promise<void> {
  const path = { conversation_id: conversation };
  const { response } = await sdk.deleteConversation({ path, throwOnError: true });
  assert.equal(response.status, 204);
  const { error } = await sdk.getConversation({ path });
  assert(error);
  assert.equal(error.error.code, "conversation_not_found");
  assert(error.error.request_id);
  console.log("  a deletion, and an error with its code");
}

async function main(): Promise<void> {
  console.log("a client for TypeScript, made by @hey-api/openapi-ts");
  client.setConfig({ baseUrl: process.env.BASE_URL });
  const { data: session } = await sdk.guestLogin({ throwOnError: true });
  client.setConfig({ auth: () => session.access_token });
  const conversation = await checkConversations();
  await checkItems(conversation);
  await checkReplies(conversation);
  await checkShares(conversation);
  await checkEnd(conversation);
}

main().catch((error) => {
  // The client throws the body of the failure, which is no Error.
  console.error(error);
  process.exit(1);
});
