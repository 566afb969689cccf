// A chat in a page: conversations on the left, replies as they are written, a stop button, and errors as sentences.
// The service's address may be given as ?server=http://localhost:8000.

import { APIError, Client } from "jan-conversations";

const server = new URLSearchParams(location.search).get("server") ?? "http://localhost:8000";
const client = new Client({ baseUrl: server });
const element = (id) => document.getElementById(id);
let current;

/** A guest's session is kept in this tab, and goes on after a reload. */
async function signIn() {
  const kept = sessionStorage.getItem("refresh_token");
  try {
    await (kept ? client.auth.resume(kept) : client.auth.guestLogin());
  } catch (error) {
    if (!(error instanceof APIError && kept)) throw error;
    await client.auth.guestLogin();
  }
  keepSession();
}

/** Tokens are renewed by the client itself; the last one counts. */
function keepSession() {
  sessionStorage.setItem("refresh_token", client.session.refresh_token);
}

async function listConversations() {
  const entries = [];
  for await (const conversation of client.conversations.list({ sort: "updated", limit: 50 })) {
    const button = document.createElement("button");
    button.textContent = conversation.title ?? "Untitled";
    button.setAttribute("aria-current", String(conversation.id === current));
    button.onclick = () => attempt(() => open(conversation.id));
    const entry = document.createElement("li");
    entry.append(button);
    entries.push(entry);
  }
  element("conversations").replaceChildren(...entries);
}

async function open(id) {
  current = id;
  element("messages").replaceChildren();
  if (id) for await (const item of client.items.list(id, { limit: 100 })) show(item.role, item.content);
  await listConversations();
}

/** Texts are shown as texts: what a model writes is never HTML here. */
function show(role, text) {
  const entry = document.createElement("li");
  entry.className = role;
  entry.dir = "auto";
  entry.textContent = text;
  element("messages").append(entry);
  entry.scrollIntoView({ block: "end" });
  return entry;
}

async function ask(text) {
  current ??= (await client.conversations.create()).id;
  const question = await client.items.create(current, { role: "user", content: text });
  show("user", text);
  const reply = show("assistant", "");
  element("stop").hidden = false;
  try {
    for await (const event of await client.items.streamReply(current, question.id)) {
      if (event.type === "item.delta") reply.textContent += event.text;
      if (event.type === "item.completed") reply.textContent = event.item.content;
      reply.scrollIntoView({ block: "end" });
    }
  } finally {
    element("stop").hidden = true;
    if (!reply.textContent) reply.remove();
  }
  await listConversations();
}

/** Failures are told as the service tells them: its sentences say what to do. */
async function attempt(act) {
  const trouble = element("trouble");
  trouble.hidden = true;
  try {
    await act();
    keepSession();
  } catch (error) {
    trouble.textContent = error.detail ?? error.message;
    trouble.hidden = false;
  }
}

element("new").onclick = () => attempt(() => open(undefined));
element("stop").onclick = () => attempt(() => client.conversations.cancel(current));
element("ask").onsubmit = async (event) => {
  event.preventDefault();
  const text = element("question").value;
  element("question").value = "";
  element("send").disabled = true;
  await attempt(() => ask(text));
  element("send").disabled = false;
};

attempt(async () => {
  await signIn();
  await listConversations();
});
