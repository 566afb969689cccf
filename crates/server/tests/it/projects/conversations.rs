use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn it_is_the_list_of_conversations_with_a_filter() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("One").await;
    for _ in 0..3 {
        alice.conversation(json!({ "project_id": project })).await;
    }
    alice.conversation(json!({})).await;
    for query in [
        "limit=2",
        "limit=2&order=asc",
        "sort=updated",
        "limit=1&sort=updated&order=asc",
    ] {
        let path = format!("/v1/projects/{project}/conversations?{query}");
        let here = alice.get(&path).await.expect(200);
        let path = format!("/v1/conversations?project_id={project}&{query}");
        assert_eq!(alice.get(&path).await.expect(200), here);
    }
}

#[tokio::test]
async fn the_project_is_in_the_address_alone() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (one, other) = (alice.project("One").await, alice.project("Other").await);
    for project in [one.as_str(), other.as_str(), ""] {
        let path = format!("/v1/projects/{one}/conversations?project_id={project}");
        let answer = alice.get(&path).await;
        answer.refused("unknown_field", Some("project_id"));
    }
}
