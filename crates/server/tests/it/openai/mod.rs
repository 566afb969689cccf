//! OpenAI's face: the endpoints that its official SDKs call.

mod conformance;
mod conversations;
mod credentials;
mod face;
mod faults;
mod items;
mod repeats;
mod responses;

use crate::answer::Answer;
use crate::app::{Actor, id};
use crate::faces::{self, Operation};
use serde_json::{Value, json};

/// A failure in OpenAI's shape, with the request's id.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, param: Option<&str>) {
    let body = answer.expect(status);
    let error = &body["error"];
    assert_eq!(error["code"], code, "{body}");
    assert_eq!(error["param"].as_str(), param, "{body}");
    assert_ne!(error["message"], "", "{body}");
    assert_eq!(error["request_id"], answer.header("x-request-id"));
    let fields: Vec<_> = error.as_object().unwrap().keys().cloned().collect();
    let mut sorted = fields.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["code", "message", "param", "request_id", "type"]);
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
}

/// The conversations of this face.
const LIST: &str = "/openai/v1/conversations";

fn operations() -> Vec<Operation> {
    faces::operations(&serde_json::to_value(api::openai::document()).unwrap())
}

/// A message, as the SDKs write it.
fn message(role: &str, text: &str) -> Value {
    json!({ "role": role, "content": text })
}

/// Makes a conversation through this face.
async fn conversation(actor: &Actor, body: Value) -> String {
    id(&actor.post(LIST, body).await.expect(200))
}

/// Adds items through this face.
async fn add(actor: &Actor, conversation: &str, items: Value) -> Value {
    let path = format!("{LIST}/{conversation}/items");
    actor
        .post(&path, json!({ "items": items }))
        .await
        .expect(200)
}

/// The items of a conversation, oldest first.
async fn all(actor: &Actor, conversation: &str) -> Vec<Value> {
    let path = format!("{LIST}/{conversation}/items?order=asc&limit=100");
    let list = actor.get(&path).await.expect(200);
    assert_eq!(list["has_more"], false);
    list["data"].as_array().unwrap().clone()
}
