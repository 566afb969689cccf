use super::LIST;
use crate::app::TestApp;
use crate::openai::{conversation, refused};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn metadata_is_replaced_and_nothing_else() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = alice
        .conversation(json!({ "title": "Kept", "metadata": { "a": "1" } }))
        .await;
    let path = format!("{LIST}/{one}");
    let before = alice.get(&path).await.expect(200);
    let updated = alice.post(&path, json!({ "metadata": { "b": "2" } })).await;
    let updated = updated.expect(200);
    assert_eq!(updated["metadata"], json!({ "b": "2" }));
    assert_eq!(updated["created_at"], before["created_at"]);
    assert_eq!(alice.get(&path).await.expect(200), updated);
    let native = alice.get(&format!("/v1/conversations/{one}")).await;
    assert_eq!(native.expect(200)["title"], "Kept");
    for nothing in [json!(null), json!({})] {
        let cleared = alice.post(&path, json!({ "metadata": nothing })).await;
        assert_eq!(cleared.expect(200)["metadata"], json!({}));
    }
}

#[tokio::test]
async fn metadata_must_be_there_and_the_method_is_post() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = format!("{LIST}/{}", conversation(&alice, json!({})).await);
    let answer = alice.post(&path, json!({})).await;
    refused(&answer, 400, "missing_required_parameter", Some("metadata"));
    let answer = alice.call(Method::POST, &path).await;
    refused(&answer, 400, "missing_required_parameter", None);
    let answer = alice
        .post(&path, json!({ "metadata": {}, "title": "T" }))
        .await;
    refused(&answer, 400, "unknown_parameter", Some("title"));
    let answer = alice.patch(&path, json!({ "metadata": {} })).await;
    refused(&answer, 405, "method_not_allowed", None);
    let foreign = app.bob().post(&path, json!({ "metadata": {} })).await;
    refused(&foreign, 404, "conversation_not_found", None);
}
