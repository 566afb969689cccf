use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_second_deletion_finds_no_conversation() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = format!("/v1/conversations/{}", alice.conversation(json!({})).await);
    alice.delete(&path).await.expect_nothing(204);
    alice
        .delete(&path)
        .await
        .refused("conversation_not_found", None);
}

#[tokio::test]
async fn delete_leaves_the_other_conversations() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (gone, stays) = (
        alice.conversation(json!({})).await,
        alice.conversation(json!({})).await,
    );
    alice.say(&gone, "Hello").await;
    let said = alice.say(&stays, "Hello").await;
    alice
        .delete(&format!("/v1/conversations/{gone}"))
        .await
        .expect_nothing(204);
    let found = alice
        .get(&format!("/v1/conversations/{stays}"))
        .await
        .expect(200);
    assert_eq!(found["items"], json!([said]));
    let page = alice.get("/v1/conversations").await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn no_part_of_a_deleted_conversation_can_be_reached() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let item = alice.say(&conversation, "Hello").await;
    let item = format!("{path}/items/{}", item["id"].as_str().unwrap());
    alice.delete(&path).await.expect_nothing(204);
    for path in [
        path.clone(),
        format!("{path}/items"),
        item,
        format!("{path}/items?call_id=x"),
    ] {
        alice
            .get(&path)
            .await
            .refused("conversation_not_found", None);
    }
    let message = json!({ "role": "user", "content": "Still there?" });
    let answer = alice.post(&format!("{path}/items"), message).await;
    answer.refused("conversation_not_found", None);
    let answer = alice.patch(&path, json!({ "title": "Still there?" })).await;
    answer.refused("conversation_not_found", None);
}
