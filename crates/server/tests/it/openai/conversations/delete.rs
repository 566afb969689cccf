use super::LIST;
use crate::app::TestApp;
use crate::openai::{add, conversation, message, refused};
use serde_json::json;

#[tokio::test]
async fn a_conversation_is_deleted_with_its_items_on_every_face() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let added = add(&alice, &one, json!([message("user", "x")])).await;
    let path = format!("{LIST}/{one}");
    let foreign = app.bob().delete(&path).await;
    refused(&foreign, 404, "conversation_not_found", None);
    let deleted = alice.delete(&path).await.expect(200);
    assert_eq!(
        deleted,
        json!({ "id": one, "object": "conversation.deleted", "deleted": true })
    );
    let item = added["data"][0]["id"].as_str().unwrap();
    for gone in [
        alice.get(&path).await,
        alice.get(&format!("{path}/items")).await,
        alice.get(&format!("{path}/items/{item}")).await,
        alice.delete(&path).await,
    ] {
        refused(&gone, 404, "conversation_not_found", None);
    }
    let native = alice.get(&format!("/v1/conversations/{one}")).await;
    native.refused("conversation_not_found", None);
    // A reference to an item of it leads nowhere.
    let other = conversation(&alice, json!({})).await;
    let body = json!({ "items": [{ "type": "item_reference", "id": item }] });
    let answer = alice.post(&format!("{LIST}/{other}/items"), body).await;
    refused(&answer, 404, "item_not_found", Some("items[0].id"));
}
