use super::{path, talk};
use crate::app::TestApp;
use crate::jan::{conversation, refused};
use serde_json::json;

#[tokio::test]
async fn a_message_is_shown_as_it_was_added() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let (one, added) = talk(&alice).await;
    for item in added["data"].as_array().unwrap() {
        let path = path(&one, item);
        assert_eq!(alice.get(&path).await.expect(200), *item);
        refused(&bob.get(&path).await, "conversation_not_found", None);
    }
}

#[tokio::test]
async fn a_message_of_another_conversation_or_a_malformed_id_is_not_found() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (one, added) = talk(&alice).await;
    let other = conversation(&alice, json!({})).await;
    for path in [
        path(&other, &added["data"][0]),
        format!("/jan/v1/conversations/{one}/items/item_x"),
    ] {
        refused(&alice.get(&path).await, "item_not_found", None);
    }
}
