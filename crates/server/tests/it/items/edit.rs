use crate::app::{TestApp, id};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn an_edit_keeps_the_id_and_makes_a_version() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = alice.say(&conversation, "one").await;
    let path = format!("/v1/conversations/{conversation}/items/{}", id(&item));
    app.clock.advance(TimeDelta::seconds(5));
    let body = json!({ "content": "two" });
    let edit = format!("{path}/edit");
    let edited = alice.call_with(Method::PUT, &edit, &body).await.expect(200);
    let mut expected = item.clone();
    expected["content"] = json!("two");
    expected["version"] = json!(2);
    expected["updated_at"] = json!("2025-12-23T10:00:05.000000Z");
    assert_eq!(edited, expected);
    assert_eq!(alice.get(&path).await.expect(200), edited);

    // The same content again: no new version.
    let before = app.schema.contents().await;
    let again = alice.call_with(Method::PUT, &edit, &body).await.expect(200);
    assert_eq!(again, edited);
    assert_eq!(app.schema.contents().await, before);
    let path = format!("/v1/conversations/{conversation}");
    let found = alice.get(&path).await.expect(200);
    assert_eq!(found["updated_at"], "2025-12-23T10:00:05.000000Z");
    assert_eq!(found["item_count"], 1);
}
