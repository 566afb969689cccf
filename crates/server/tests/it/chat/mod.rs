mod create;
mod histories;
mod in_conversations;
mod leaving;
mod places;
mod stopping;
mod streams;
mod tools;
pub(crate) mod turns;

use crate::app::{Actor, TestApp};
use crate::provider::Provider;
use serde_json::{Value, json};

pub(crate) const PATH: &str = "/v1/chat/completions";

/// A service that asks this provider.
async fn asking(provider: &Provider) -> TestApp {
    TestApp::spawn_with(|parts| parts.provider = provider.connected()).await
}

/// The same, with an actor and their empty conversation.
pub(crate) async fn conversing(provider: &Provider) -> (TestApp, Actor, String) {
    let app = asking(provider).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    (app, alice, conversation)
}

pub(crate) fn user(text: &str) -> Value {
    json!({ "role": "user", "content": text })
}

/// The messages of a conversation: role, content and model.
pub(crate) async fn said(
    actor: &Actor,
    conversation: &str,
) -> Vec<(String, String, Option<String>)> {
    let path = format!("/v1/conversations/{conversation}");
    let conversation = actor.get(&path).await.expect(200);
    let items = conversation["items"].as_array().unwrap();
    assert_eq!(conversation["item_count"], items.len());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let each = items.iter();
    each.map(|item| {
        (
            text(&item["role"]).unwrap(),
            text(&item["content"]).unwrap(),
            text(&item["model"]),
        )
    })
    .collect()
}

pub(crate) fn line(role: &str, content: &str) -> (String, String, Option<String>) {
    (role.to_owned(), content.to_owned(), None)
}

/// The name of the scripted provider.
pub(crate) fn reply(content: &str) -> (String, String, Option<String>) {
    let model = Some("test-model-0613".to_owned());
    ("assistant".to_owned(), content.to_owned(), model)
}
