mod by_call_id;
mod create;
mod delete;
mod edit;
mod get;
mod list;
mod regenerate;

use super::{add, conversation, message};
use crate::app::{Actor, id};
use serde_json::{Value, json};

/// A conversation with a question and its answer; both as they were shown.
async fn talk(actor: &Actor) -> (String, Value) {
    let one = conversation(actor, json!({})).await;
    let items = [
        message("user", "Largest port?"),
        message("assistant", "Oslo."),
    ];
    let added = add(actor, &one, &items).await;
    (one, added)
}

/// The address of a message.
fn path(conversation: &str, item: &Value) -> String {
    format!("/jan/v1/conversations/{conversation}/items/{}", id(item))
}
