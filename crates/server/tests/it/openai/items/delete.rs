use crate::app::TestApp;
use crate::openai::{LIST, add, all, conversation, message, refused};
use serde_json::json;

#[tokio::test]
async fn one_item_is_deleted_and_the_answer_is_the_conversation() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({ "metadata": { "a": "1" } })).await;
    let call = json!({ "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}" });
    let output = json!({ "type": "function_call_output", "call_id": "c", "output": "1" });
    let added = add(&alice, &one, json!([message("user", "x"), call, output])).await;
    let id = added["data"][1]["id"].as_str().unwrap();
    let path = format!("{LIST}/{one}/items/{id}");
    let foreign = app.bob().delete(&path).await;
    refused(&foreign, 404, "conversation_not_found", None);
    let answer = alice.delete(&path).await.expect(200);
    assert_eq!(
        answer,
        alice.get(&format!("{LIST}/{one}")).await.expect(200)
    );
    assert_eq!(answer["object"], "conversation");
    let left = all(&alice, &one).await;
    assert_eq!(left, [added["data"][0].clone(), added["data"][2].clone()]);
    let again = alice.delete(&path).await;
    refused(&again, 404, "item_not_found", None);
}
