use super::LIST;
use crate::app::TestApp;
use crate::openai::{conversation, refused};
use serde_json::json;

#[tokio::test]
async fn a_conversation_is_found_as_it_was_made() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let made = alice
        .post(LIST, json!({ "metadata": { "a": "1" } }))
        .await
        .expect(200);
    let path = format!("{LIST}/{}", made["id"].as_str().unwrap());
    let found = alice.get(&path).await;
    assert_eq!(found.header("cache-control"), "no-store");
    assert_eq!(found.expect(200), made);
}

#[tokio::test]
async fn what_is_not_there_or_not_yours_is_not_found() {
    let app = TestApp::spawn().await;
    let one = conversation(&app.alice(), json!({})).await;
    let foreign = app.bob().get(&format!("{LIST}/{one}")).await;
    refused(&foreign, 404, "conversation_not_found", None);
    assert_eq!(foreign.json()["error"]["type"], "not_found_error");
    // The form of OpenAI's own ids: another server's conversation.
    let other = format!("{LIST}/conv_{}", "0a".repeat(24));
    let unknown = app.alice().get(&other).await;
    refused(&unknown, 404, "conversation_not_found", None);
}
