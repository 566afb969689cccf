use super::{path, talk};
use crate::app::TestApp;
use crate::jan::refused;
use serde_json::json;

#[tokio::test]
async fn an_edit_is_a_version_on_main() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (one, added) = talk(&alice).await;
    let question = path(&one, &added["data"][0]);
    let body = json!({ "content": "Capital?", "regenerate": true });
    let edited = alice
        .post(&format!("{question}/edit"), body)
        .await
        .expect(200);
    assert_eq!(
        (&edited["branch"], &edited["branch_created"]),
        (&json!("MAIN"), &json!(false))
    );
    assert_eq!(edited["user_item"]["content"][0]["input_text"], "Capital?");
    let found = alice.get(&question).await.expect(200);
    assert_eq!(found, edited["user_item"]);
    let v1 = question.replace("/jan/v1", "/v1");
    let versions = alice.get(&format!("{v1}/versions")).await.expect(200);
    assert_eq!(versions["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn foreign_messages_and_mistakes_are_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (one, added) = talk(&alice).await;
    let question = path(&one, &added["data"][0]);
    let edit = format!("{question}/edit");
    let body = json!({ "content": "Mine now" });
    let foreign = app.bob().post(&edit, body.clone()).await;
    refused(&foreign, "conversation_not_found", None);
    let malformed = format!("/jan/v1/conversations/{one}/items/x/edit");
    let malformed = alice.post(&malformed, body).await;
    refused(&malformed, "item_not_found", None);
    for (body, code) in [
        (json!({}), "missing_field"),
        (json!({ "content": "" }), "invalid_value"),
    ] {
        refused(&alice.post(&edit, body).await, code, Some("content"));
    }
    let found = alice.get(&question).await.expect(200);
    assert_eq!(found, added["data"][0]);
}
