use super::talk;
use crate::app::TestApp;
use crate::jan::{add, conversation, refused};
use serde_json::json;

#[tokio::test]
async fn a_call_gets_its_result_as_its_next_version() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let call = json!({ "type": "mcp_call", "call_id": "call_1", "name": "f", "arguments": "{}",
        "status": "in_progress" });
    let added = add(&alice, &one, &[call]).await;
    let path = format!("/jan/v1/conversations/{one}/items/by-call-id/call_1");
    let result = json!({ "status": "completed", "output": "found", "error": null, "branch": "x" });
    let updated = alice.patch(&path, result.clone()).await.expect(200);
    assert_eq!(updated["id"], added["data"][0]["id"]);
    for (name, value) in [("status", "completed"), ("output", "found"), ("name", "f")] {
        assert_eq!(updated[name], value, "{name}");
    }
    assert_eq!(updated["branch"], "MAIN");
    assert_eq!(alice.patch(&path, result).await.expect(200), updated);
    let id = updated["id"].as_str().unwrap();
    let item = alice
        .get(&format!("/v1/conversations/{one}/items/{id}"))
        .await;
    let item = item.expect(200);
    assert_eq!(item["version"], 2);
    let own = json!([{ "call_id": "call_1", "name": "f", "arguments": "{}", "status": "completed",
        "output": "found" }]);
    assert_eq!(item["parts"], own);
}

#[tokio::test]
async fn a_call_without_a_key_is_found_too() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let call = json!({ "type": "function_call",
        "parts": [{ "call_id": "call_1", "name": "f", "arguments": "{}" }] });
    let one = alice.conversation(json!({ "items": [call] })).await;
    let path = format!("/jan/v1/conversations/{one}/items/by-call-id/call_1");
    let updated = alice.patch(&path, json!({ "output": "found" })).await;
    assert_eq!(updated.expect(200)["output"], "found");
}

#[tokio::test]
async fn unknown_calls_and_foreign_conversations_are_not_found() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let (one, _) = talk(&alice).await;
    let path = format!("/jan/v1/conversations/{one}/items/by-call-id/call_1");
    let before = app.schema.contents().await;
    for body in [json!({ "status": "completed" }), json!({})] {
        let answer = alice.patch(&path, body.clone()).await;
        refused(&answer, "item_not_found", None);
        let foreign = bob.patch(&path, body).await;
        refused(&foreign, "conversation_not_found", None);
    }
    let malformed = "/jan/v1/conversations/x/items/by-call-id/call_1";
    let answer = alice.patch(malformed, json!({})).await;
    refused(&answer, "conversation_not_found", None);
    assert_eq!(app.schema.contents().await, before);
}
