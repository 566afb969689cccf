use crate::answer::masked;
use crate::app::TestApp;
use crate::jan::{add, conversation, message, refused};
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn messages_are_added_together_and_shown_as_parts() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let sent = [
        message("user", "Capital of Norway?"),
        json!({ "role": "assistant", "content": [
            { "type": "output_text", "output_text": { "text": "Oslo." } },
            { "type": "text", "text": { "text": "It is" } },
            { "type": "input_text", "text": "by the sea." },
        ] }),
        json!({ "role": "user", "content": "Thanks" }),
    ];
    let added = add(&alice, &one, &sent).await;
    assert_eq!(added["first_id"], added["data"][0]["id"]);
    let shown = masked(added["data"][1].clone(), &[("/id", "(id)")]);
    assert_json_snapshot!(shown, @r#"
    {
      "branch": "MAIN",
      "content": [
        {
          "text": {
            "annotations": [],
            "text": "Oslo.\nIt is\nby the sea."
          },
          "type": "text"
        }
      ],
      "created_at": 1766484000,
      "id": "(id)",
      "object": "conversation.item",
      "role": "assistant",
      "sequence_number": 2,
      "status": "completed",
      "type": "message"
    }
    "#);
    // The first question names the conversation, as under `/v1`.
    let found = alice
        .get(&format!("/jan/v1/conversations/{one}"))
        .await
        .expect(200);
    assert_eq!(found["title"], "Capital of Norway?");
}

#[tokio::test]
async fn content_that_cannot_be_stored_is_refused_by_its_place_and_no_message_is_stored() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let path = format!("/jan/v1/conversations/{one}/items");
    for (item, code, param) in [
        (
            json!({ "type": "function_call", "call_id": "c", "name": "f" }),
            "missing_field",
            "items[1].parts[0].arguments",
        ),
        (
            json!({ "role": "critic", "content": "x" }),
            "invalid_value",
            "items[1].role",
        ),
        (json!({ "content": "x" }), "missing_field", "items[1].role"),
        (
            json!({ "role": "user" }),
            "missing_field",
            "items[1].content",
        ),
        (
            json!({ "role": "user", "content": [] }),
            "invalid_value",
            "items[1].content",
        ),
        (
            json!({ "role": "user", "content": [{ "type": "text" }] }),
            "missing_field",
            "items[1].content[0].text",
        ),
    ] {
        let body = json!({ "items": [message("user", "Hello"), item] });
        refused(&alice.post(&path, body.clone()).await, code, Some(param));
        let made = alice.post("/jan/v1/conversations", body).await;
        refused(&made, code, Some(param));
    }
    for items in [json!([]), json!(vec![message("user", "x"); 101])] {
        let answer = alice.post(&path, json!({ "items": items })).await;
        refused(&answer, "invalid_value", Some("items"));
    }
    assert_eq!(alice.get(&path).await.expect(200)["total"], 0);
}

#[tokio::test]
async fn a_full_conversation_refuses_all_of_several() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let fill = "update conversations set item_count = 9999, last_sequence = 9999";
    app.schema.rows(fill).await;
    let path = format!("/jan/v1/conversations/{one}/items");
    let two = json!({ "items": [message("user", "a"), message("user", "b")] });
    refused(
        &alice.post(&path, two).await,
        "conversation_full",
        Some("items[1]"),
    );
    let last = add(&alice, &one, &[message("user", "a")]).await;
    assert_eq!(last["data"][0]["sequence_number"], 10_000);
}

#[tokio::test]
async fn pictures_and_items_of_other_types_are_kept() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let image = json!({ "type": "image", "image": { "url": "https://example.org/a.png" } });
    let sent = [
        json!({ "role": "user", "content": [{ "type": "input_text", "input_text": "Look" }, image] }),
        json!({ "type": "mcp_call", "call_id": "c", "name": "f", "arguments": "{}", "status": "in_progress",
            "server_label": "s" }),
    ];
    let added = add(&alice, &one, &sent).await;
    let text = json!({ "type": "input_text", "input_text": "Look" });
    assert_eq!(added["data"][0]["content"], json!([text, image]));
    let call = &added["data"][1];
    for name in [
        "type",
        "call_id",
        "name",
        "arguments",
        "status",
        "server_label",
    ] {
        assert_eq!(call[name], sent[1][name], "{name}");
    }
    assert_eq!(
        (&call["role"], &call["content"]),
        (&json!("assistant"), &json!([]))
    );
    // The same under `/v1`.
    let path = format!(
        "/v1/conversations/{one}/items/{}",
        call["id"].as_str().unwrap()
    );
    let item = alice.get(&path).await.expect(200);
    let own = json!([{ "call_id": "c", "name": "f", "arguments": "{}", "status": "in_progress",
        "server_label": "s" }]);
    assert_eq!(item["parts"], own);
}
