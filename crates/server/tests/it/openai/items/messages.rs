//! Messages in all their forms.

use super::{items, sent};
use crate::app::TestApp;
use crate::openai::{LIST, add, all, conversation, message, refused};
use serde_json::json;

#[tokio::test]
async fn a_text_becomes_a_part_of_its_role() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    for role in ["system", "developer", "user", "assistant", "tool"] {
        add(&alice, &one, json!([message(role, "x"), message(role, "")])).await;
    }
    for item in all(&alice, &one).await {
        assert_eq!(item["type"], "message");
        assert_eq!(item["status"], "completed");
        let part = item["content"][0].as_object().unwrap();
        match item["role"] == "assistant" {
            true => {
                assert_eq!(part["type"], "output_text");
                assert_eq!(part["annotations"], json!([]));
            }
            false => assert_eq!(part["type"], "input_text"),
        }
    }
}

#[tokio::test]
async fn parts_come_back_equal_and_are_a_plain_text_under_v1() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let new = json!([
        { "type": "message", "role": "user", "content": [
            { "type": "input_text", "text": "One" },
            { "type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,aGk=" },
            { "type": "input_file", "file_id": "file_1", "filename": "a.pdf" },
            { "type": "input_audio", "input_audio": { "data": "aGk=", "format": "mp3" } },
            { "type": "input_text", "text": "Two", "x": [1] },
        ] },
        { "type": "message", "role": "assistant", "content": [
            { "type": "output_text", "text": "See [1].", "annotations": [
                { "type": "url_citation", "url": "https://example.org", "title": "E",
                  "start_index": 4, "end_index": 7 }], "logprobs": [] },
            { "type": "refusal", "refusal": "No." },
        ] },
        { "type": "message", "role": "assistant", "content": [
            { "type": "output_text", "text": "Done.", "annotations": [] } ] },
        { "type": "message", "role": "user", "content": [] },
        { "type": "message", "role": "assistant", "phase": "commentary", "x_more": { "a": 1 },
          "content": [{ "type": "output_text", "text": "Well…", "annotations": [] }] },
    ]);
    let added = add(&alice, &one, new.clone()).await;
    let back: Vec<_> = added["data"]
        .as_array()
        .unwrap()
        .iter()
        .cloned()
        .map(sent)
        .collect();
    assert_eq!(json!(back), new);
    let native = alice
        .get(&format!("/v1/conversations/{one}"))
        .await
        .expect(200);
    let texts: Vec<_> = native["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["content"])
        .collect();
    assert_eq!(texts, ["One\nTwo", "See [1].\nNo.", "Done.", "", "Well…"]);
    // What is a text alone is one there, too.
    add(&alice, &one, json!([message("assistant", "Plain")])).await;
    let path = format!("/v1/conversations/{one}/items?order=desc&limit=1");
    let plain = alice.get(&path).await.expect(200);
    assert_eq!(plain["data"][0]["content"], "Plain");
    assert_eq!(plain["data"][0]["parts"], json!(null));
}

#[tokio::test]
async fn an_unfinished_message_says_so_and_null_is_absent() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = items(&alice).await;
    let new = json!({ "items": [
        { "role": "assistant", "content": "Half a", "status": "incomplete", "phase": null },
        { "role": "assistant", "content": "Whole", "status": null, "phase": null, "id": null, "type": null },
    ] });
    let added = alice.post(&path, new).await.expect(200);
    assert_eq!(added["data"][0]["status"], "incomplete");
    assert_eq!(added["data"][0].get("phase"), None);
    assert_eq!(added["data"][1]["status"], "completed");
    assert_eq!(added["data"][1]["content"][0]["text"], "Whole");
}

#[tokio::test]
async fn an_edited_message_is_seen_here_with_its_new_text() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let added = add(&alice, &one, json!([message("user", "Befor")])).await;
    let item = added["data"][0]["id"]
        .as_str()
        .unwrap()
        .replace("msg_", "item_");
    let path = format!("/v1/conversations/{one}/items/{item}/edit");
    let edit = json!({ "content": "After" });
    alice
        .call_with(reqwest::Method::PUT, &path, &edit)
        .await
        .expect(200);
    let found = alice.get(&format!("{LIST}/{one}/items")).await.expect(200);
    assert_eq!(
        found["data"][0]["content"],
        json!([{ "type": "input_text", "text": "After" }])
    );
    assert_eq!(found["data"][0]["id"], added["data"][0]["id"]);
}

#[tokio::test]
async fn values_that_would_be_lost_or_misread_are_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let path = format!("{LIST}/{one}/items");
    for (item, code, param) in [
        (
            r#"{"role":"user","content":[{"type":"message.fields","phase":"x"}]}"#,
            "invalid_value",
            "items[0].content[0].type",
        ),
        (
            r#"{"role":"user","content":"x","status":"banana"}"#,
            "invalid_value",
            "items[0].status",
        ),
        (
            r#"{"role":"user","content":"x","status":5}"#,
            "invalid_type",
            "items[0].status",
        ),
        (
            r#"{"type":"reasoning","summary":[],"status":"done"}"#,
            "invalid_value",
            "items[0].status",
        ),
        (
            r#"{"role":"user","content":"a\ud800b"}"#,
            "invalid_json",
            "items[0]",
        ),
        (
            r#"{"role":"user","content":[{"type":"input_text","text":5}]}"#,
            "invalid_type",
            "items[0].content[0].text",
        ),
        (
            r#"{"type":"function_call","name":"f","arguments":"{}"}"#,
            "missing_required_parameter",
            "items[0].call_id",
        ),
        (
            r#"{"type":"x","d":{"a":1,"a":2}}"#,
            "duplicate_field",
            "items[0]",
        ),
    ] {
        let answer = alice
            .post_text(&path, format!(r#"{{"items":[{item}]}}"#))
            .await;
        refused(&answer, 400, code, Some(param));
    }
    let deep = format!(
        r#"{{"items":[{{"type":"x","d":{}{}}}]}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    let answer = alice.post_text(&path, deep).await;
    refused(&answer, 400, "invalid_value", Some("items[0]"));
    let message = answer.json()["error"]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(message.contains("127 levels"), "{message}");
    // Other types have statuses of their own.
    let search = json!([{ "type": "web_search_call", "status": "searching" }]);
    assert_eq!(
        add(&alice, &one, search).await["data"][0]["status"],
        "searching"
    );
}
