use crate::app::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn its_conversations_stay_and_leave_the_project() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("One").await;
    let body = json!({ "title": "Stays", "project_id": project });
    let conversation = alice.conversation(body).await;
    let item = alice.say(&conversation, "Hello").await;
    let path = format!("/v1/projects/{project}");
    alice.delete(&path).await.expect_nothing(204);
    alice.delete(&path).await.refused("project_not_found", None);
    alice.get(&path).await.refused("project_not_found", None);
    let found = alice
        .get(&format!("/v1/conversations/{conversation}"))
        .await
        .expect(200);
    assert_eq!(found["project_id"], Value::Null);
    assert_eq!(found["items"], json!([item]));
    let filter = format!("/v1/conversations?project_id={project}");
    alice
        .get(&filter)
        .await
        .refused("project_not_found", Some("project_id"));
}
