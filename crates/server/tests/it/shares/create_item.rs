use super::{link, message, share_item, shown};
use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_link_to_a_message_shows_it_alone_or_with_the_messages_before() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Plans" })).await;
    message(&alice, &conversation, "system", "secret").await;
    message(&alice, &conversation, "user", "first").await;
    let item = message(&alice, &conversation, "assistant", "second").await;
    message(&alice, &conversation, "user", "third").await;
    let path = format!("/v1/conversations/{conversation}/items/{item}/share");
    let body = json!({ "expires_in": 3_600, "include_context": true });
    let share = alice.post(&path, body).await.expect(201);
    let share_id = share["share_id"].as_str().unwrap();
    assert!(share_id.starts_with("msg_share_"));
    for (field, value) in [
        ("item_id", json!(item)),
        ("include_context", json!(true)),
        ("read_only", json!(true)),
        ("live", json!(false)),
        ("expires_at", json!("2025-12-23T11:00:00.000000Z")),
        ("title", json!("Plans")),
        ("url", json!(app.url(&link(share_id)))),
    ] {
        assert_eq!(share[field], value, "{field}");
    }
    assert_eq!(shown(&app, share_id).await, ["first", "second"]);
    let alone = share_item(&alice, &conversation, &item, json!({})).await;
    assert_eq!(shown(&app, &alone).await, ["second"]);
}

#[tokio::test]
async fn a_link_to_a_message_is_never_writable() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = message(&alice, &conversation, "user", "x").await;
    let path = format!("/v1/conversations/{conversation}/items/{item}/share");
    let answer = alice.post(&path, json!({ "read_only": false })).await;
    answer.refused("invalid_value", Some("read_only"));
    let answer = alice.post(&path, json!({ "live": true })).await;
    answer.refused("unknown_field", Some("live"));
    alice
        .post(&path, json!({ "read_only": true }))
        .await
        .expect(201);
}

#[tokio::test]
async fn messages_that_no_link_shows_cannot_be_shared() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    for role in ["system", "developer", "tool"] {
        let item = message(&alice, &conversation, role, "secret").await;
        let path = format!("/v1/conversations/{conversation}/items/{item}/share");
        let answer = alice.post(&path, json!({})).await;
        answer.refused("invalid_value", None);
    }
    assert_eq!(app.schema.value("select count(*) from shares").await, "0");
}
