use super::LIST;
use crate::app::{TestApp, id};
use crate::openai::{all, conversation, message, refused};
use insta::assert_json_snapshot;
use serde_json::{Value, json};

#[tokio::test]
async fn a_conversation_has_openais_shape() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "metadata": { "topic": "demo" },
        "items": [{ "type": "message", "role": "user", "content": "Hello!" }] });
    let made = alice.post(LIST, body).await.expect(200);
    assert_json_snapshot!(made, @r#"
    {
      "created_at": 1766484000,
      "id": "conv_01KD5ADF800000000200000000",
      "metadata": {
        "topic": "demo"
      },
      "object": "conversation"
    }
    "#);
    let items = all(&alice, &id(&made)).await;
    assert_json_snapshot!(items, @r#"
    [
      {
        "content": [
          {
            "text": "Hello!",
            "type": "input_text"
          }
        ],
        "id": "msg_01KD5ADF800000000300000001",
        "role": "user",
        "status": "completed",
        "type": "message"
      }
    ]
    "#);
}

#[tokio::test]
async fn it_is_the_same_conversation_under_v1_and_the_other_way_round() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "metadata": { "a": "1" },
        "items": [message("user", "Capital of Norway?"), message("assistant", "Oslo.")] });
    let one = conversation(&alice, body).await;
    let native = alice.get(&format!("/v1/conversations/{one}")).await;
    let native = native.expect(200);
    assert_eq!(native["title"], "Capital of Norway?");
    assert_eq!(native["metadata"], json!({ "a": "1" }));
    let said = native["items"].as_array().unwrap().iter();
    let said: Vec<_> = said
        .map(|item| (item["role"].clone(), item["content"].clone()))
        .collect();
    assert_eq!(
        said,
        [
            (json!("user"), json!("Capital of Norway?")),
            (json!("assistant"), json!("Oslo."))
        ]
    );

    let other = alice
        .conversation(json!({ "title": "T", "metadata": { "b": "2" } }))
        .await;
    let said = alice.say(&other, "Hei").await;
    let found = alice.get(&format!("{LIST}/{other}")).await.expect(200);
    assert_eq!(found["metadata"], json!({ "b": "2" }));
    let items = all(&alice, &other).await;
    assert_eq!(items.len(), 1);
    assert_eq!(
        items[0]["content"],
        json!([{ "type": "input_text", "text": "Hei" }])
    );
    let same = id(&said).replace("item_", "msg_");
    assert_eq!(items[0]["id"], same);
}

#[tokio::test]
async fn every_field_may_be_absent_null_or_empty() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for body in [
        json!({}),
        json!({ "items": null }),
        json!({ "items": [] }),
        json!({ "metadata": null }),
        json!({ "metadata": {} }),
        json!({ "items": [], "metadata": null }),
        Value::Null,
    ] {
        let made = alice.post(LIST, body).await.expect(200);
        assert_eq!(made["metadata"], json!({}));
        assert!(all(&alice, &id(&made)).await.is_empty());
    }
    let made = alice.call(reqwest::Method::POST, LIST).await.expect(200);
    assert_eq!(made["object"], "conversation");
}

#[tokio::test]
async fn wrong_requests_are_refused_by_name_and_make_nothing() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let pairs: serde_json::Map<_, _> = (0..17).map(|n| (format!("k{n}"), json!("v"))).collect();
    let many: Vec<_> = (0..21).map(|_| message("user", "x")).collect();
    for (body, code, param) in [
        (json!({ "title": "T" }), "unknown_parameter", Some("title")),
        (json!({ "items": many }), "invalid_value", Some("items")),
        (json!({ "items": "x" }), "invalid_type", Some("items")),
        (
            json!({ "metadata": { "a": 1 } }),
            "invalid_type",
            Some("metadata.a"),
        ),
        (
            json!({ "metadata": pairs }),
            "invalid_value",
            Some("metadata"),
        ),
        (
            json!({ "metadata": { "a": "v".repeat(513) } }),
            "invalid_value",
            Some("metadata.a"),
        ),
        (
            json!({ "metadata": { "k".repeat(65): "v" } }),
            "invalid_value",
            Some("metadata"),
        ),
        (
            json!({ "items": [message("user", "x"), 7] }),
            "invalid_type",
            Some("items[1]"),
        ),
    ] {
        let answer = alice.post(LIST, body).await;
        refused(&answer, 400, code, param);
    }
    let answer = alice
        .post_text(LIST, r#"{"metadata":{"a":"1","a":"2"}}"#)
        .await;
    refused(&answer, 400, "duplicate_field", Some("metadata.a"));
    let answer = alice.post(&format!("{LIST}?limit=3"), json!({})).await;
    refused(&answer, 400, "unknown_parameter", Some("limit"));
    let answer = alice
        .sent(alice.request(reqwest::Method::POST, LIST).body("{}"))
        .await;
    refused(&answer, 415, "unsupported_media_type", None);
    let list = alice.get(LIST).await.expect(200);
    assert_eq!(list["data"], json!([]));
}
