use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_project_counts_the_conversations_it_holds_now() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("One").await;
    let path = format!("/v1/projects/{project}");
    let count = async || alice.get(&path).await.expect(200)["conversation_count"].clone();
    let inside = alice.conversation(json!({ "project_id": project })).await;
    let other = alice.conversation(json!({ "project_id": project })).await;
    assert_eq!(count().await, 2);
    let body = json!({ "project_id": null });
    alice
        .patch(&format!("/v1/conversations/{inside}"), body)
        .await
        .expect(200);
    assert_eq!(count().await, 1);
    alice
        .delete(&format!("/v1/conversations/{other}"))
        .await
        .expect_nothing(204);
    assert_eq!(count().await, 0);
    assert_eq!(
        alice.get("/v1/projects").await.expect(200)["data"][0]["conversation_count"],
        0
    );
}
