use crate::app::{TestApp, id};
use serde_json::json;

#[tokio::test]
async fn delete_leaves_the_other_messages() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let one = alice.say(&conversation, "one").await;
    let two = alice.say(&conversation, "two").await;
    let three = alice.say(&conversation, "three").await;
    let item = format!("{path}/items/{}", id(&two));
    alice.delete(&item).await.expect_nothing(204);
    alice.delete(&item).await.refused("item_not_found", None);
    alice.get(&item).await.refused("item_not_found", None);
    let found = alice.get(&path).await.expect(200);
    assert_eq!(found["items"], json!([one, three]));
    assert_eq!(found["item_count"], 2);
}

#[tokio::test]
async fn the_number_of_a_deleted_message_is_not_given_again() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    alice.say(&conversation, "one").await;
    let two = id(&alice.say(&conversation, "two").await);
    alice
        .delete(&format!("{path}/{two}"))
        .await
        .expect_nothing(204);
    let three = id(&alice.say(&conversation, "three").await);
    let sequence = |id: &str| domain::id::ItemId::parse(id).unwrap().sequence().0;
    assert_eq!((sequence(&two), sequence(&three)), (2, 3));
    // A cursor that a page gave out holds although its item is gone.
    let page = alice.get(&format!("{path}?after=seq_2")).await.expect(200);
    assert_eq!(page["data"][0]["id"], three);
}
