use super::{path, talk};
use crate::app::TestApp;
use crate::jan::refused;
use serde_json::json;

#[tokio::test]
async fn only_the_message_is_deleted() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (one, added) = talk(&alice).await;
    let question = path(&one, &added["data"][0]);
    let gone = alice.delete(&question).await.expect(200);
    assert_eq!(
        gone,
        json!({ "id": added["data"][0]["id"], "object": "conversation.item.deleted",
            "deleted": true, "branch": "MAIN", "old_main_backup": "", "branch_created": false })
    );
    refused(&alice.get(&question).await, "item_not_found", None);
    refused(&alice.delete(&question).await, "item_not_found", None);
    let list = alice
        .get(&format!("/jan/v1/conversations/{one}/items"))
        .await
        .expect(200);
    assert_eq!(
        (&list["data"], &list["total"]),
        (&json!([added["data"][1]]), &json!(1))
    );
}

#[tokio::test]
async fn foreign_and_malformed_messages_are_not_found() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (one, added) = talk(&alice).await;
    let question = path(&one, &added["data"][0]);
    let foreign = app.bob().delete(&question).await;
    refused(&foreign, "conversation_not_found", None);
    alice.get(&question).await.expect(200);
    let malformed = format!("/jan/v1/conversations/{one}/items/x");
    refused(&alice.delete(&malformed).await, "item_not_found", None);
}
