use super::LIST;
use crate::app::{TestApp, id};
use crate::jan::refused;
use serde_json::json;

#[tokio::test]
async fn a_project_is_shown_to_its_owner() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let created = alice
        .post(LIST, json!({ "name": "Marketing" }))
        .await
        .expect(201);
    let path = format!("{LIST}/{}", id(&created));
    assert_eq!(alice.get(&path).await.expect(200), created);
    refused(&bob.get(&path).await, "project_not_found", None);
    for malformed in ["x", "proj_x", "conv_01KD5ADF800000000200000000"] {
        let answer = alice.get(&format!("{LIST}/{malformed}")).await;
        refused(&answer, "project_not_found", None);
    }
}
