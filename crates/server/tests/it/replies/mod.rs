mod busy;
mod context;
mod dialects;
mod failures;
mod forms;
mod log;
mod many;
mod probe;
mod provider;
mod races;
mod reasoning;
mod streams;
mod told;

use crate::app::{Actor, id};
use serde_json::{Value, json};

/// A conversation of these messages, each a role and a content; the ids of the items.
pub(crate) async fn said(actor: &Actor, messages: &[(&str, &str)]) -> (String, Vec<String>) {
    let items: Vec<_> = messages
        .iter()
        .map(|(role, content)| json!({ "role": role, "content": content }))
        .collect();
    // It has a title, so that no model is asked for one.
    let conversation = json!({ "title": "Mine", "items": items });
    let conversation = actor.conversation(conversation).await;
    let path = format!("/v1/conversations/{conversation}/items?limit=100");
    let items = actor.get(&path).await.expect(200);
    let ids = items["data"].as_array().unwrap().iter().map(id).collect();
    (conversation, ids)
}

/// The address for regenerating an item's reply.
pub(crate) fn path(conversation: &str, item: &str) -> String {
    format!("/v1/conversations/{conversation}/items/{item}/regenerate")
}

async fn items(actor: &Actor, conversation: &str) -> Vec<Value> {
    let path = format!("/v1/conversations/{conversation}");
    let found = actor.get(&path).await.expect(200);
    let items = found["items"].as_array().unwrap().clone();
    assert_eq!(found["item_count"], items.len());
    items
}

/// The texts of the conversation's messages.
pub(crate) async fn contents(actor: &Actor, conversation: &str) -> Vec<String> {
    let items = items(actor, conversation).await;
    let content = |item: &Value| item["content"].as_str().unwrap().to_owned();
    items.iter().map(content).collect()
}

/// Every text that an item has or had, in order.
async fn versions(actor: &Actor, conversation: &str, item: &str) -> Vec<String> {
    let path = format!("/v1/conversations/{conversation}/items/{item}/versions");
    let listed = actor.get(&path).await.expect(200);
    let listed = listed["data"].as_array().unwrap().iter();
    listed
        .map(|version| version["content"].as_str().unwrap().to_owned())
        .collect()
}
