//! Bodies that are large, larger, and too large.

use super::ids;
use crate::app::{TestApp, id};
use crate::operations::{Operation, operations};
use crate::provider::{Provider, says};
use futures_util::stream;
use serde_json::json;

const MIB: usize = 1024 * 1024;

/// The operations whose bodies carry messages, and so may be large.
const MESSAGES: [&str; 6] = [
    "create_chat_completion",
    "create_conversation",
    "create_item",
    "create_items",
    "create_shared_item",
    "edit_item",
];

fn limit(operation: &Operation) -> usize {
    if MESSAGES.contains(&operation.name.as_str()) {
        16 * MIB
    } else if operation.path.starts_with("/auth/") {
        16 * 1024
    } else {
        2 * MIB
    }
}

/// Pieces of a body whose length is not told beforehand.
fn in_chunks(length: usize) -> reqwest::Body {
    let whole = vec![b' '; 64 * 1024];
    let rest = length % whole.len();
    let pieces = (0..length / whole.len()).map(move |_| whole.clone());
    let pieces = pieces.chain([vec![b' '; rest]]).filter(|p| !p.is_empty());
    reqwest::Body::wrap_stream(stream::iter(pieces.map(Ok::<_, std::io::Error>)))
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_however_it_is_sent() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for operation in operations().iter().filter(|o| o.takes_body()) {
        let path = operation.at(&ids(&app, operation).await);
        let limit = limit(operation);
        let before = app.schema.contents().await;
        for length in [limit + 1, limit + MIB] {
            println!("{} {length}", operation.name);
            let request = || {
                let request = alice.request(operation.method.clone(), &path);
                request.header("content-type", "application/json")
            };
            let whole = alice.sent(request().body(vec![b' '; length])).await;
            whole.refused("body_too_large", None);
            let chunked = alice.sent(request().body(in_chunks(length))).await;
            chunked.refused("body_too_large", None);
        }
        // At the limit it is read, and only then found to be empty.
        let request = alice.request(operation.method.clone(), &path);
        let request = request.header("content-type", "application/json");
        let answer = alice.sent(request.body(in_chunks(limit))).await;
        answer.refused("invalid_json", None);
        assert_eq!(app.schema.contents().await, before);
    }
}

#[tokio::test]
async fn a_content_of_a_million_characters_of_four_bytes_is_accepted() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let content = "🦀".repeat(1_000_000);
    let sent = alice.say(&conversation, &content).await;
    assert!(sent["content"] == content, "it came back otherwise");
    let found = alice.get(&format!("{path}/{}", id(&sent))).await;
    assert!(found.expect(200)["content"] == content);

    // Escaped, each takes twelve bytes on the way.
    let escaped = "\\ud83e\\udd80".repeat(1_000_000);
    let body = format!("{{\"role\":\"assistant\",\"content\":\"{escaped}\"}}");
    let sent = alice.post_text(&path, body).await.expect(201);
    assert!(sent["content"] == content);
}

#[tokio::test]
async fn a_content_of_a_character_more_is_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let before = app.schema.contents().await;
    for character in ["x", "🦀"] {
        let long = json!({ "role": "user", "content": character.repeat(1_000_001) });
        let answer = alice.post(&path, long.clone()).await;
        answer.refused("invalid_value", Some("content"));
        let body = json!({ "items": [{ "role": "user", "content": "fine" }, long] });
        let answer = alice.post("/v1/conversations", body).await;
        answer.refused("invalid_value", Some("items[1].content"));
    }
    let empty = json!({ "role": "user", "content": "" });
    let answer = alice.post(&path, empty).await;
    answer.refused("invalid_value", Some("content"));
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn ten_megabytes_of_arguments_are_refused_by_name_and_limit_each_way() {
    let provider = Provider::that(says(&["Never."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let one = alice.conversation(json!({})).await;
    let call = json!({ "type": "mcp_call", "call_id": "known", "name": "f", "arguments": "{}" });
    let jan = format!("/jan/v1/conversations/{one}/items");
    alice.post(&jan, json!({ "items": [call] })).await;
    let before = app.schema.contents().await;
    for (length, limit) in [(10_000_000, "4 MiB"), (1_000_001, "1,000,000 characters")] {
        let text = "x".repeat(length);
        let fields = json!({ "call_id": "c", "name": "f", "arguments": text });
        let native = json!({ "type": "function_call", "parts": [fields] });
        let output = json!({ "type": "function_call_output", "call_id": "c", "output": text });
        let mut item = fields.clone();
        item["type"] = json!("function_call");
        let function = json!({ "name": "f", "arguments": text });
        let said = json!({ "role": "assistant", "content": null, "tool_calls": [
            { "id": "c", "type": "function", "function": function },
        ] });
        let chat = json!({ "conversation": one, "messages": [said] });
        let items = json!({ "items": [item] });
        let theirs = format!("/openai/v1/conversations/{one}/items");
        let ours = format!("/v1/conversations/{one}/items");
        for (path, body, param) in [
            ("/openai/v1/conversations", items.clone(), "items[0]"),
            (&theirs, items.clone(), "items[0]"),
            (&theirs, json!({ "items": [output] }), "items[0]"),
            (
                "/openai/v1/responses",
                json!({ "input": [item] }),
                "input[0]",
            ),
            (
                "/openai/v1/chat/completions",
                chat.clone(),
                "messages[0].tool_calls[0]",
            ),
            ("/v1/chat/completions", chat, "messages[0].tool_calls[0]"),
            (&ours, native.clone(), "parts"),
            (
                &format!("{ours}/batch"),
                json!({ "items": [native] }),
                "items[0].parts",
            ),
            // An export that is made a conversation again.
            (
                "/v1/conversations",
                json!({ "items": [native] }),
                "items[0].parts",
            ),
        ] {
            let error = alice.post(path, body).await.expect(400)["error"].clone();
            assert_eq!(error["param"], param, "{path}: {error}");
            let told = error["message"].as_str().unwrap();
            assert!(
                told.contains(limit) && told.starts_with(param),
                "{path}: {told}"
            );
        }
        // Jan's face.
        let known = format!("{jan}/by-call-id/known");
        for answer in [
            alice.post(&jan, items).await,
            alice.patch(&known, json!({ "output": text })).await,
        ] {
            let told = answer.expect(400).to_string();
            assert!(told.contains(limit), "{told:.300}");
        }
    }
    assert_eq!(app.schema.contents().await, before);
    assert_eq!(provider.asked().len(), 0);
}

#[tokio::test]
async fn a_hundred_first_messages_are_accepted_and_no_more() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let items = |number: usize| {
        let item = |n| json!({ "role": "user", "content": format!("message {n}") });
        json!({ "items": (0..number).map(item).collect::<Vec<_>>() })
    };
    let answer = alice.post("/v1/conversations", items(100)).await;
    assert_eq!(answer.expect(201)["item_count"], 100);
    let before = app.schema.contents().await;
    let answer = alice.post("/v1/conversations", items(101)).await;
    answer.refused("invalid_value", Some("items"));
    assert_eq!(app.schema.contents().await, before);
}
