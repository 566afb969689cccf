use super::talk;
use crate::app::TestApp;
use crate::jan::refused;
use serde_json::json;

#[tokio::test]
async fn results_of_tools_are_refused() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let (one, _) = talk(&alice).await;
    let path = format!("/jan/v1/conversations/{one}/items/by-call-id/call_1");
    let before = app.schema.contents().await;
    for body in [json!({ "status": "completed" }), json!({}), json!([1])] {
        let answer = alice.patch(&path, body.clone()).await;
        refused(&answer, "unsupported", Some("call_id"));
        let foreign = bob.patch(&path, body).await;
        refused(&foreign, "conversation_not_found", None);
    }
    let malformed = "/jan/v1/conversations/x/items/by-call-id/call_1";
    let answer = alice.patch(malformed, json!({})).await;
    refused(&answer, "conversation_not_found", None);
    assert_eq!(app.schema.contents().await, before);
}
