// Makes links. Environment: BASE_URL, ACCESS_TOKEN.

import assert from "node:assert/strict";

const { BASE_URL, ACCESS_TOKEN } = process.env;

// The first messages of a conversation that may be sent with it.
const MOST = 100;

export async function call(method, path, body) {
  const answer = await fetch(BASE_URL + path, {
    method,
    headers: { Authorization: `Bearer ${ACCESS_TOKEN}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

// Shares a conversation; its answer has the link's id.
export async function share(title, items, link = {}) {
  const { id } = await call("POST", "/v1/conversations", { title, items: items.slice(0, MOST) });
  for (const item of items.slice(MOST)) await call("POST", `/v1/conversations/${id}/items`, item);
  return call("POST", `/v1/conversations/${id}/share`, link);
}

export const address = ({ share_id }) => `${BASE_URL}/conversations/share/${share_id}`;
