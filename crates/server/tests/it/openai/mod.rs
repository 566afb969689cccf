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
use reqwest::Method;
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

/// An operation of this face.
struct Operation {
    name: String,
    method: Method,
    path: String,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(api::openai::document()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, described) in item.as_object().unwrap() {
            operations.push(Operation {
                name: described["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
            });
        }
    }
    operations
}

impl Operation {
    fn parameters(&self) -> Vec<&str> {
        let parts = self.path.split('{').skip(1);
        parts.map(|part| part.split('}').next().unwrap()).collect()
    }

    fn at(&self, values: &[String]) -> String {
        let mut path = self.path.clone();
        for (name, value) in self.parameters().iter().zip(values) {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }
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
