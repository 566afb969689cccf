mod create;
mod endings;
mod failures;

use crate::app::{Actor, TestApp, id};
use crate::chat::user;
use crate::provider::Provider;
use serde_json::{Value, json};

const PATH: &str = "/jan/v1/chat/completions";

async fn asking(provider: &Provider) -> TestApp {
    TestApp::spawn_with(|parts| parts.provider = provider.connected()).await
}

async fn total(actor: &Actor) -> Value {
    actor.get("/jan/v1/conversations").await.expect(200)["total"].clone()
}

fn chat(more: Value) -> Value {
    let mut body = json!({ "messages": [user("Capital?")] });
    let fields = body.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    body
}

/// The only conversation there is.
async fn only_one(alice: &Actor) -> String {
    let list = alice.get("/v1/conversations").await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1, "{list}");
    id(&list["data"][0])
}
