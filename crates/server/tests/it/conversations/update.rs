use crate::app::TestApp;
use chrono::TimeDelta;
use serde_json::{Value, json};

#[tokio::test]
async fn an_absent_field_keeps_its_value_and_null_clears_it() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("One").await;
    let body = json!({ "title": "T", "project_id": project, "metadata": { "a": "1" } });
    let conversation = alice.conversation(body.clone()).await;
    let path = format!("/v1/conversations/{conversation}");
    let kept = alice.patch(&path, json!({})).await.expect(200);
    for field in ["title", "project_id", "metadata"] {
        assert_eq!(kept[field], body[field]);
    }
    for (field, cleared) in [
        ("title", Value::Null),
        ("project_id", Value::Null),
        ("metadata", json!({})),
    ] {
        let changed = alice.patch(&path, json!({ field: null })).await.expect(200);
        assert_eq!(changed[field], cleared);
        let found = alice.get(&format!("{path}?include_items=false")).await;
        assert_eq!(found.expect(200), changed);
    }
}

#[tokio::test]
async fn metadata_is_replaced_as_a_whole() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "metadata": { "a": "1", "b": "2" } });
    let path = format!("/v1/conversations/{}", alice.conversation(body).await);
    let changed = alice
        .patch(&path, json!({ "metadata": { "c": "3" } }))
        .await;
    assert_eq!(changed.expect(200)["metadata"], json!({ "c": "3" }));
}

#[tokio::test]
async fn organising_does_not_move_updated_at_and_a_message_does() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    app.clock.advance(TimeDelta::microseconds(1_500_000));
    let changes = json!({ "title": "T", "metadata": { "a": "1" } });
    let changed = alice.patch(&path, changes).await.expect(200);
    assert_eq!(changed["updated_at"], "2025-12-23T10:00:00.000000Z");
    alice.say(&conversation, "Hello").await;
    let found = alice.get(&path).await.expect(200);
    assert_eq!(found["updated_at"], "2025-12-23T10:00:01.500000Z");
    assert_eq!(found["created_at"], "2025-12-23T10:00:00.000000Z");
}

#[tokio::test]
async fn a_title_of_a_person_is_not_overwritten_by_a_message() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Mine" })).await;
    let path = format!("/v1/conversations/{conversation}");
    alice.say(&conversation, "Hello").await;
    assert_eq!(alice.get(&path).await.expect(200)["title"], "Mine");
    alice
        .patch(&path, json!({ "title": null }))
        .await
        .expect(200);
    alice.say(&conversation, "Later").await;
    assert_eq!(alice.get(&path).await.expect(200)["title"], "Later");
}
