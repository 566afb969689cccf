use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn the_links_of_a_conversation_are_its_own() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let one = alice.conversation(json!({})).await;
    let other = alice.conversation(json!({})).await;
    let share = alice.share(&one, json!({})).await;
    let of = |conversation: &str| format!("/v1/conversations/{conversation}/shares");
    let page = alice.get(&of(&one)).await.expect(200);
    assert_eq!(page["data"][0]["share_id"], share.as_str());
    let page = alice.get(&of(&other)).await.expect(200);
    assert_eq!(page["data"], json!([]));
    alice
        .delete(&format!("/v1/conversations/{one}"))
        .await
        .expect_nothing(204);
    let answer = alice.get(&of(&one)).await;
    answer.refused("conversation_not_found", None);
    let page = alice.get("/v1/shares").await.expect(200);
    assert_eq!(page["data"], json!([]));
}
