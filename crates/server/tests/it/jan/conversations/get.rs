use super::LIST;
use crate::app::TestApp;
use crate::jan::{conversation, message, refused};
use serde_json::json;

#[tokio::test]
async fn a_conversation_is_shown_without_its_messages() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let body = json!({ "title": "T", "items": [message("user", "Hello")] });
    let one = conversation(&alice, body).await;
    let path = format!("{LIST}/{one}");
    let found = alice.get(&path).await.expect(200);
    assert_eq!(
        (&found["id"], &found["title"], &found["object"]),
        (&json!(one), &json!("T"), &json!("conversation"))
    );
    assert_eq!(found.get("items"), None);
    refused(&bob.get(&path).await, "conversation_not_found", None);
}

#[tokio::test]
async fn a_malformed_or_deleted_conversation_is_not_found() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let path = format!("{LIST}/{one}");
    alice.delete(&path).await.expect(200);
    for path in [path, format!("{LIST}/conv_x"), format!("{LIST}/x")] {
        refused(&alice.get(&path).await, "conversation_not_found", None);
    }
}
