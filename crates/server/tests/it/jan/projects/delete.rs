use super::LIST;
use crate::app::{TestApp, id};
use crate::jan::{conversation, refused};
use serde_json::json;

#[tokio::test]
async fn a_project_is_deleted_and_its_conversations_stay() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let created = alice
        .post(LIST, json!({ "name": "Marketing" }))
        .await
        .expect(201);
    let one = conversation(&alice, json!({ "project_id": created["id"] })).await;
    let path = format!("{LIST}/{}", id(&created));
    let gone = alice.delete(&path).await.expect(200);
    assert_eq!(
        gone,
        json!({ "id": created["id"], "object": "project", "deleted": true })
    );
    refused(&alice.get(&path).await, "project_not_found", None);
    refused(&alice.delete(&path).await, "project_not_found", None);
    let found = alice
        .get(&format!("/jan/v1/conversations/{one}"))
        .await
        .expect(200);
    assert!(found["project_id"].is_null());
}

#[tokio::test]
async fn foreign_and_malformed_projects_are_not_found() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let created = alice
        .post(LIST, json!({ "name": "Marketing" }))
        .await
        .expect(201);
    let path = format!("{LIST}/{}", id(&created));
    refused(&app.bob().delete(&path).await, "project_not_found", None);
    refused(
        &alice.delete(&format!("{LIST}/x")).await,
        "project_not_found",
        None,
    );
    alice.get(&path).await.expect(200);
}
