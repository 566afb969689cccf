//! Jan's face: the endpoints that the web client, the services and the test suite of a Jan Server call.

mod auth;
mod branches;
mod chat;
mod conversations;
mod credentials;
mod document;
mod items;
mod mistakes;
mod models;
mod projects;
mod races;
mod repeats;
mod settings;
mod shares;
mod system;

use crate::answer::Answer;
use crate::app::{Actor, id};
use serde_json::{Value, json};

/// A failure in Jan's shape.
#[track_caller]
fn refused(answer: &Answer, code: &str, param: Option<&str>) {
    let body = answer.json();
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(body["param"].as_str(), param, "{body}");
    assert_eq!(body["error"], body["message"], "{body}");
    assert_ne!(body["message"], "", "{body}");
    assert_eq!(body["request_id"], answer.header("x-request-id"));
    let known = api::CODES.iter().find(|known| known.name == code).unwrap();
    assert_eq!(answer.status, known.status, "{body}");
}

/// A message with one part of text, as the web client sends it.
fn message(role: &str, text: &str) -> Value {
    let part = json!({ "type": "input_text", "input_text": text });
    json!({ "type": "message", "role": role, "content": [part] })
}

/// Makes a conversation through this face.
async fn conversation(actor: &Actor, body: Value) -> String {
    id(&actor.post("/jan/v1/conversations", body).await.expect(200))
}

/// Adds messages through this face.
async fn add(actor: &Actor, conversation: &str, items: &[Value]) -> Value {
    let path = format!("/jan/v1/conversations/{conversation}/items");
    actor
        .post(&path, json!({ "items": items }))
        .await
        .expect(200)
}
