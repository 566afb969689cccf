use super::LIST;
use crate::app::{TestApp, id};
use crate::db::Schema;
use crate::jan::{conversation, message, refused};
use crate::purge::until;
use crate::rows;
use serde_json::json;

#[tokio::test]
async fn deletions_answer_with_an_object() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let one = conversation(&alice, json!({ "items": [message("user", "Hello")] })).await;
    let path = format!("{LIST}/{one}");
    let gone = alice.delete(&path).await.expect(200);
    let expected = json!({ "id": one, "object": "conversation.deleted", "deleted": true });
    assert_eq!(gone, expected);
    refused(&alice.delete(&path).await, "conversation_not_found", None);
    for _ in 0..103 {
        conversation(&alice, json!({ "is_archived": true })).await;
    }
    let kept = conversation(&bob, json!({})).await;
    let gone = alice.delete(LIST).await.expect(200);
    assert_eq!(gone["deleted_count"], 103);
    assert_eq!(alice.get(LIST).await.expect(200)["total"], 0);
    bob.get(&format!("{LIST}/{kept}")).await.expect(200);
}

#[tokio::test]
async fn all_of_very_many_are_deleted_although_the_client_leaves() {
    let schema = Schema::migrated().await;
    let database = schema.patient_database(4);
    let app = TestApp::serve(schema, database, |_| {});
    let alice = app.alice();
    let made = rows::conversations(&app.schema, 12_000).await;
    // Another transaction is changing the newest one, so the deletion stops before it.
    let holder = app.schema.connected().await;
    let lock = format!(
        "begin; select from conversations where id = '{}' for update",
        rows::stored(&made[11_999])
    );
    holder.batch_execute(&lock).await.unwrap();
    let deleting = tokio::spawn(async move { alice.delete(LIST).await });
    let left = "select count(*) from conversations";
    until(&app.schema, left, 60, |left| left < 12_000).await;
    let alice = app.alice();
    let first = alice.get(&format!("{LIST}/{}", made[0])).await;
    refused(&first, "conversation_not_found", None);
    deleting.abort();
    assert!(deleting.await.is_err());
    let new = conversation(&alice, json!({})).await;
    holder.batch_execute("commit").await.unwrap();
    until(&app.schema, left, 60, |left| left == 1).await;
    let list = alice.get(LIST).await.expect(200);
    assert_eq!((&list["total"], id(&list["data"][0])), (&json!(1), new));
    let jobs = "select count(*) from jobs where kind = 8";
    assert_eq!(app.schema.value(jobs).await, "12000");
    drop(holder);
}
