mod assets;
mod create;
mod create_item;
mod ending;
mod list;
mod list_conversation;
mod logs;
pub(crate) mod many;
pub(crate) mod page;
mod public;
mod revoke;
mod revoke_conversation;
mod views;

use crate::app::{Actor, TestApp, id};
use serde_json::{Value, json};

/// The address of a link.
pub(crate) fn link(share_id: &str) -> String {
    format!("/conversations/share/{share_id}")
}

/// The texts that a link shows.
pub(crate) async fn shown(app: &TestApp, share_id: &str) -> Vec<String> {
    let view = app.anon().get(&link(share_id)).await.expect(200);
    texts(&view)
}

pub(crate) fn texts(view: &Value) -> Vec<String> {
    let items = view["items"].as_array().unwrap().iter();
    items
        .map(|item| item["content"].as_str().unwrap().to_owned())
        .collect()
}

/// Makes a link through which others may add messages, and returns its name.
async fn writable(actor: &Actor, conversation: &str) -> String {
    actor
        .share(conversation, json!({ "read_only": false }))
        .await
}

/// Sends a message of any role and returns its id.
pub(crate) async fn message(
    actor: &Actor,
    conversation: &str,
    role: &str,
    content: &str,
) -> String {
    let path = format!("/v1/conversations/{conversation}/items");
    let body = json!({ "role": role, "content": content });
    id(&actor.post(&path, body).await.expect(201))
}

/// Shares a message and returns the link's name.
pub(crate) async fn share_item(
    actor: &Actor,
    conversation: &str,
    item: &str,
    body: Value,
) -> String {
    let path = format!("/v1/conversations/{conversation}/items/{item}/share");
    let share = actor.post(&path, body).await.expect(201);
    share["share_id"].as_str().unwrap().to_owned()
}
