//! Malformed requests: each is the contract's 4xx that names the field, and no part of it is stored.

mod bodies;
mod encodings;
mod queries;
mod routes;
mod sizes;
mod text;

use crate::app::{TestApp, id};
use crate::operations::Operation;
use serde_json::json;

/// The one operation that takes any field: unknown ones are passed on to the model provider, and none is
/// dropped. Its own tests have the refused bodies.
const PASSED_ON: &str = "create_chat_completion";

/// Ids of alice's for every parameter that a path can have.
async fn ids(app: &TestApp, operation: &Operation) -> Vec<String> {
    let alice = app.alice();
    let project = alice.project("Mine").await;
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "mine").await);
    let share = alice
        .share(&conversation, json!({ "read_only": false }))
        .await;
    let parameters = operation.parameters();
    let values = parameters.iter().map(|parameter| match parameter.as_str() {
        "conversation_id" => conversation.clone(),
        "item_id" => item.clone(),
        "project_id" => project.clone(),
        "share_id" => share.clone(),
        "version" => "1".to_owned(),
        "model" => "test-model".to_owned(),
        new => panic!("the path parameter {{{new}}} is new: add it to malformed/mod.rs"),
    });
    values.collect()
}
