//! Items of all types, known or not, come back as they were sent.

use super::{items, sent};
use crate::app::TestApp;
use crate::openai::LIST;
use serde_json::{Value, json};

/// The types of items in OpenAI's description of September 2026 that are not messages, each with the fields of its
/// kind, unknown fields, and digits that a double would lose.
fn known() -> Vec<Value> {
    let more = |mut item: Value| {
        let fields = item.as_object_mut().unwrap();
        fields.insert(
            "x_unknown".to_owned(),
            json!({ "b": [1, null, "🧊 \u{202e}"], "a": {} }),
        );
        item
    };
    [
        json!({ "type": "function_call", "call_id": "c1", "name": "f", "arguments": "{\"z\":1,\"a\":2}",
            "namespace": "n" }),
        json!({ "type": "function_call_output", "call_id": "c1", "output": "🧪" }),
        json!({ "type": "function_call_output", "call_id": "c1",
            "output": [{ "type": "input_text", "text": "a" }, { "type": "input_image", "file_id": "file_1" }] }),
        json!({ "type": "file_search_call", "queries": ["q"], "results": [{ "score": 0.5 }] }),
        json!({ "type": "web_search_call", "action": { "type": "search", "query": "q" } }),
        json!({ "type": "image_generation_call", "result": "aGk=" }),
        json!({ "type": "computer_call", "call_id": "c2", "action": { "type": "click", "x": 1, "y": 2 },
            "pending_safety_checks": [] }),
        json!({ "type": "computer_call_output", "call_id": "c2",
            "output": { "type": "computer_screenshot", "image_url": "https://example.org/s.png" } }),
        json!({ "type": "tool_search_call", "arguments": {}, "call_id": null, "execution": "server" }),
        json!({ "type": "tool_search_output", "call_id": null, "tools": [] }),
        json!({ "type": "additional_tools", "tools": [] }),
        json!({ "type": "reasoning", "summary": [{ "type": "summary_text", "text": "Hm." }],
            "content": [{ "type": "reasoning_text", "text": "Hm…" }], "encrypted_content": null }),
        json!({ "type": "program", "code": "1" }),
        json!({ "type": "program_output", "output": "1" }),
        json!({ "type": "compaction", "encrypted_content": "gAAA" }),
        json!({ "type": "code_interpreter_call", "code": "1", "container_id": "cntr_1",
            "outputs": [{ "type": "logs", "logs": "1" }] }),
        json!({ "type": "local_shell_call", "call_id": "c3", "action": { "type": "exec", "command": ["ls"] } }),
        json!({ "type": "local_shell_call_output", "output": "{}" }),
        json!({ "type": "shell_call", "call_id": "c4", "action": { "commands": ["ls"] } }),
        json!({ "type": "shell_call_output", "call_id": "c4",
            "output": [{ "stdout": "a", "stderr": "", "outcome": { "type": "exit", "exit_code": 0 } }] }),
        json!({ "type": "apply_patch_call", "call_id": "c5",
            "operation": { "type": "delete_file", "path": "a" } }),
        json!({ "type": "apply_patch_call_output", "call_id": "c5", "output": "done" }),
        json!({ "type": "mcp_list_tools", "server_label": "s", "tools": [] }),
        json!({ "type": "mcp_approval_request", "server_label": "s", "name": "f", "arguments": "{}" }),
        json!({ "type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": true }),
        json!({ "type": "mcp_call", "server_label": "s", "name": "f", "arguments": "{}", "output": null }),
        json!({ "type": "custom_tool_call", "call_id": "c6", "name": "f", "input": "x" }),
        json!({ "type": "custom_tool_call_output", "call_id": "c6", "output": "y" }),
        json!({ "type": "telepathy_call", "call_id": "c7", "role": "seer", "content": 7 }),
    ]
    .into_iter()
    .map(more)
    .collect()
}

#[tokio::test]
async fn every_type_comes_back_equal() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = items(&alice).await;
    let known = known();
    let mut back = Vec::new();
    for some in known.chunks(20) {
        let added = alice
            .post(&path, json!({ "items": some }))
            .await
            .expect(200);
        back.extend(added["data"].as_array().unwrap().iter().cloned());
    }
    let listed = alice
        .get(&format!("{path}?order=asc&limit=100"))
        .await
        .expect(200);
    assert_eq!(listed["data"], json!(back));
    assert_eq!(back.len(), known.len());
    for (item, known) in back.iter().zip(&known) {
        let found = alice
            .get(&format!("{path}/{}", item["id"].as_str().unwrap()))
            .await;
        assert_eq!(found.expect(200), *item);
        assert_eq!(sent(item.clone()), *known);
    }
    // Sent again with its id and status, as a client does that copies: equal, but for the id.
    let copy = alice
        .post(&path, json!({ "items": &back[..20] }))
        .await
        .expect(200);
    for (copied, item) in copy["data"].as_array().unwrap().iter().zip(&back) {
        assert_ne!(copied["id"], item["id"]);
        assert_eq!(sent(copied.clone()), sent(item.clone()));
        assert_eq!(copied.get("status"), item.get("status"));
    }
}

/// Values that a reader of numbers, texts or maps would change.
const ODD: &str = r#""zebra":1,"apple":[1e300,0.10,12345678901234567890123,-0.0,-0,1e-400,{"b":1,"a":"é\u00e9","":"🧑\u200d🚀"}]"#;

/// All types, as they are written: their fields in an order of their own, and odd ones behind them. Beside each what
/// must be kept to the letter.
fn written() -> Vec<(String, String)> {
    let message = json!({ "type": "message", "role": "user", "phase": "x", "content": [] });
    let items = known().into_iter().chain([message]);
    let written = items.enumerate().map(|(place, item)| {
        let kind = item["type"].as_str().unwrap();
        let fields = item.as_object().unwrap().iter().rev();
        let fields = fields.filter(|(name, _)| *name != "type");
        let fields = fields.map(|(name, value)| match (kind, name.as_str()) {
            ("message", "content") => {
                format!(
                    r#""content":[{{"type":"input_text","zz":1e2,"text":"{place}","aa":[0.50]}}]"#
                )
            }
            _ => format!("{}:{value}", json!(name)),
        });
        // The role and the content of a message stand first when it is shown.
        let mut fields: Vec<_> = fields.collect();
        if kind == "message" {
            fields.sort_by_key(|field| field.starts_with("\"phase"));
        }
        let kept = format!("{},\"place\":{place},{ODD}", fields.join(","));
        (format!(r#"{{{kept},"type":"{kind}"}}"#), kept)
    });
    written.collect()
}

#[tokio::test]
async fn every_type_keeps_the_order_of_its_names_and_all_digits() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = items(&alice).await;
    let written = written();
    for some in written.chunks(20) {
        let sent: Vec<_> = some.iter().map(|(item, _)| item.as_str()).collect();
        let body = format!("{{\"items\":[{}]}}", sent.join(","));
        let added = alice.post_text(&path, body).await;
        assert_eq!(added.status, 200, "{}", added.text());
        for (_, kept) in some {
            assert!(added.text().contains(kept), "{kept} in {}", added.text());
        }
    }
    let listed = alice.get(&format!("{path}?limit=100")).await;
    for (_, kept) in &written {
        assert!(listed.text().contains(kept), "{kept} in {}", listed.text());
    }
}

#[tokio::test]
async fn the_prefix_of_an_id_tells_its_type() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = items(&alice).await;
    let some = [
        (
            "fc_",
            json!({ "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}" }),
        ),
        ("rs_", json!({ "type": "reasoning", "summary": [] })),
        ("ws_", json!({ "type": "web_search_call" })),
        ("item_", json!({ "type": "telepathy_call" })),
        ("msg_", json!({ "role": "user", "content": "x" })),
    ];
    let new: Vec<_> = some.iter().map(|(_, item)| item.clone()).collect();
    let added = alice.post(&path, json!({ "items": new })).await.expect(200);
    for ((prefix, _), item) in some.iter().zip(added["data"].as_array().unwrap()) {
        assert!(item["id"].as_str().unwrap().starts_with(prefix), "{item}");
    }
}

#[tokio::test]
async fn a_native_item_of_another_type_is_seen_here() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = alice.conversation(json!({})).await;
    let body = json!({ "type": "function_call",
        "parts": [{ "call_id": "c", "name": "f", "arguments": "{}" }] });
    let made = alice
        .post(&format!("/v1/conversations/{one}/items"), body)
        .await;
    let made = made.expect(201);
    let listed = alice.get(&format!("{LIST}/{one}/items")).await.expect(200);
    let id = made["id"].as_str().unwrap().replace("item_", "fc_");
    assert_eq!(
        listed["data"],
        json!([{ "id": id, "type": "function_call", "call_id": "c", "name": "f",
            "arguments": "{}", "status": "completed" }])
    );
}
