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
async fn a_filter_may_only_name_the_same_project() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (one, other) = (alice.project("One").await, alice.project("Other").await);
    let path = format!("/v1/projects/{one}/conversations?project_id=");
    alice.get(&format!("{path}{one}")).await.expect(200);
    let answer = alice.get(&format!("{path}{other}")).await;
    answer.refused("invalid_value", Some("project_id"));
}
