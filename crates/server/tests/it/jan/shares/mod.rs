mod create;
mod list;
mod public;
mod revoke;

use super::{add, conversation, message};
use crate::app::{Actor, id};
use serde_json::{Value, json};

/// A conversation with a question and its answer: its address, and the messages.
async fn talk(actor: &Actor) -> (String, Value) {
    let one = conversation(actor, json!({ "title": "T" })).await;
    let items = [message("user", "Hi"), message("assistant", "Hello!")];
    let added = add(actor, &one, &items).await;
    (format!("/jan/v1/conversations/{one}"), added)
}

/// Makes a link to the conversation at an address, and returns it.
async fn share(actor: &Actor, path: &str) -> Value {
    let body = json!({ "scope": "conversation" });
    let path = format!("{path}/share");
    actor.post(&path, body).await.expect(201)
}

/// Makes a link to a message of the conversation at an address, and returns it.
async fn share_item(actor: &Actor, path: &str, item: &Value) -> Value {
    let body = json!({ "scope": "item", "item_id": id(item) });
    let path = format!("{path}/share");
    actor.post(&path, body).await.expect(201)
}
