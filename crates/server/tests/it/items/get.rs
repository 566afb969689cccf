use crate::app::{TestApp, id};
use serde_json::json;

#[tokio::test]
async fn an_item_is_found_in_its_own_conversation_alone() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (here, there) = (
        alice.conversation(json!({})).await,
        alice.conversation(json!({})).await,
    );
    let item = alice.say(&here, "Hello").await;
    alice.say(&there, "Hello").await;
    let path = |of: &str| format!("/v1/conversations/{of}/items/{}", id(&item));
    assert_eq!(alice.get(&path(&here)).await.expect(200), item);
    alice
        .get(&path(&there))
        .await
        .refused("item_not_found", None);
}

#[tokio::test]
async fn a_sequence_number_alone_does_not_make_an_id() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "Hello").await);
    // The same place in the conversation, other random bits.
    let other = item.replace("item_01KD", "item_01KC");
    assert_ne!(other, item);
    let path = format!("/v1/conversations/{conversation}/items/{other}");
    alice.get(&path).await.refused("item_not_found", None);
}
