//! The items of OpenAI's face.

mod create;
mod delete;
mod get;
mod list;
mod messages;
mod types;

use super::LIST;
use crate::app::Actor;
use crate::openai::conversation;
use serde_json::{Value, json};

/// The path of the items of a new conversation.
async fn items(actor: &Actor) -> String {
    format!("{LIST}/{}/items", conversation(actor, json!({})).await)
}

/// An item without what the service gives it.
fn sent(mut item: Value) -> Value {
    let fields = item.as_object_mut().unwrap();
    fields.remove("id");
    fields.remove("status");
    item
}
