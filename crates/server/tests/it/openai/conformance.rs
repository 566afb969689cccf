//! The table of docs/OPENAI.md, compared with the service.

use super::responses::ended;
use super::{LIST, add, conversation, message, operations};
use crate::app::{Actor, TestApp, id};
use reqwest::Method;
use serde_json::{Value, json};

/// What an SDK calls: its method, and the request that it makes.
type Call = (&'static str, Method, &'static str, Value);

fn of_conversations() -> Vec<Call> {
    let (get, post, delete) = (Method::GET, Method::POST, Method::DELETE);
    let (all, one) = ("/conversations", "/conversations/{conversation_id}");
    let items = "/conversations/{conversation_id}/items";
    let item = "/conversations/{conversation_id}/items/{item_id}";
    let new = json!({ "items": [{ "role": "user", "content": "x" }] });
    let pairs = json!({ "metadata": {} });
    vec![
        ("conversations.create", post.clone(), all, json!({})),
        ("conversations.retrieve", get.clone(), one, Value::Null),
        ("conversations.update", post.clone(), one, pairs),
        ("conversations.items.create", post, items, new),
        ("conversations.items.list", get.clone(), items, Value::Null),
        (
            "conversations.items.retrieve",
            get.clone(),
            item,
            Value::Null,
        ),
        (
            "conversations.items.delete",
            delete.clone(),
            item,
            Value::Null,
        ),
        ("conversations.delete", delete, one, Value::Null),
        ("(list of conversations, as Azure's)", get, all, Value::Null),
    ]
}

fn others() -> Vec<Call> {
    let (get, post, delete) = (Method::GET, Method::POST, Method::DELETE);
    let chat = json!({ "messages": [{ "role": "user", "content": "x" }] });
    let (chats, models, model) = ("/chat/completions", "/models", "/models/{model:.+}");
    let stored = "/chat/completions/{completion_id}";
    vec![
        ("chat.completions.create", post.clone(), chats, chat),
        ("chat.completions.list", get.clone(), chats, Value::Null),
        (
            "chat.completions.retrieve",
            get.clone(),
            stored,
            Value::Null,
        ),
        ("models.list", get.clone(), models, Value::Null),
        ("models.retrieve", get.clone(), model, Value::Null),
        ("models.delete", delete, model, Value::Null),
        (
            "completions.create",
            post.clone(),
            "/completions",
            json!({}),
        ),
        ("embeddings.create", post.clone(), "/embeddings", json!({})),
        ("files.list", get, "/files", Value::Null),
        (
            "images.generate",
            post.clone(),
            "/images/generations",
            json!({}),
        ),
        ("moderations.create", post, "/moderations", json!({})),
    ]
}

fn of_responses() -> Vec<Call> {
    let (get, post, delete) = (Method::GET, Method::POST, Method::DELETE);
    let (all, one) = ("/responses", "/responses/{response_id}");
    let (cancel, input) = (
        "/responses/{response_id}/cancel",
        "/responses/{response_id}/input_items",
    );
    let new = json!({ "input": "x" });
    vec![
        ("responses.create", post.clone(), all, new),
        ("(list of responses)", get.clone(), all, Value::Null),
        ("responses.retrieve", get.clone(), one, Value::Null),
        ("responses.cancel", post.clone(), cancel, json!({})),
        ("responses.input_items.list", get, input, Value::Null),
        ("responses.delete", delete, one, Value::Null),
        (
            "responses.compact",
            post.clone(),
            "/responses/compact",
            json!({}),
        ),
        (
            "responses.input_tokens.count",
            post,
            "/responses/input_tokens",
            json!({}),
        ),
    ]
}

/// What the SDKs call at the addresses of this face, and at some that it has not.
fn calls() -> Vec<Call> {
    let mut calls = of_conversations();
    calls.extend(of_responses());
    calls.extend(others());
    calls
}

/// A path with the ids of somebody's objects.
async fn placed(alice: &Actor, path: &str) -> String {
    if path.contains("{response_id}") {
        let body = json!({ "input": "x", "background": true });
        let response = alice.post("/openai/v1/responses", body).await.expect(200);
        let response = ended(alice, &id(&response)).await;
        let path = path.replace("{response_id}", &id(&response));
        return format!("/openai/v1{path}");
    }
    if !path.contains("{conversation_id}") {
        let path = path.replace("{model:.+}", "test-model");
        return format!("/openai/v1{path}").replace("{completion_id}", "chatcmpl-1");
    }
    let one = conversation(alice, json!({})).await;
    let added = add(alice, &one, json!([message("user", "x")])).await;
    let path = path.replace("{conversation_id}", &one);
    let path = path.replace("{item_id}", &id(&added["data"][0]));
    assert!(format!("/openai/v1{path}").starts_with(LIST));
    format!("/openai/v1{path}")
}

async fn table(alice: &Actor) -> String {
    let model = alice.get("/openai/v1/models").await.expect(200);
    let model = id(&model["data"][0]);
    let mut rows = vec!["| SDK | address | |".to_owned(), "|---|---|---|".to_owned()];
    for (name, method, path, body) in calls() {
        let at = placed(alice, path).await.replace("test-model", &model);
        let answer = match body {
            Value::Null => alice.call(method.clone(), &at).await,
            body => alice.call_with(method.clone(), &at, &body).await,
        };
        let result = match answer.status {
            200 => "works".to_owned(),
            status => {
                let error = answer.json()["error"].clone();
                let code = error["code"].as_str().unwrap();
                // Refused by name, never as if it had been done.
                assert!(error["message"].as_str().unwrap().len() > 20, "{error}");
                assert!(
                    ["route_not_found", "method_not_allowed"].contains(&code),
                    "{error}"
                );
                format!("refused: {status} `{code}`")
            }
        };
        let path = path.replace(":.+}", "}");
        let name = match name.starts_with('(') {
            true => name.to_owned(),
            false => format!("`{name}`"),
        };
        rows.push(format!("| {name} | `{method} {path}` | {result} |"));
    }
    rows.join("\n")
}

/// With `WRITE_DOCS=1` the table is written.
#[tokio::test]
async fn the_table_of_the_documents_is_what_the_service_does() {
    let app = TestApp::spawn().await;
    let table = table(&app.alice()).await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/OPENAI.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once("<!-- what works -->\n").unwrap();
    let (written, after) = rest.split_once("<!-- end -->").unwrap();
    if std::env::var_os("WRITE_DOCS").is_some() {
        let page = format!("{before}<!-- what works -->\n\n{table}\n\n<!-- end -->{after}");
        std::fs::write(path, page).unwrap();
        return;
    }
    assert_eq!(written.trim(), table, "run this test with WRITE_DOCS=1");
}

/// An operation that is new must be in the table.
#[test]
fn the_table_has_every_operation() {
    let known = calls();
    for operation in operations() {
        let path = operation.path.strip_prefix("/openai/v1").unwrap();
        let plain = |path: &str| path.replace(":.+}", "}");
        let is_known = known
            .iter()
            .any(|(_, method, at, _)| *method == operation.method && plain(at) == plain(path));
        assert!(is_known, "{} {path}", operation.method);
    }
}
