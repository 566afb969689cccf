use crate::app::TestApp;
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn a_project_needs_but_a_title() {
    let app = TestApp::spawn().await;
    let body = json!({ "title": " My AI Research " });
    assert_json_snapshot!(app.alice().post("/v1/projects", body).await.expect(201), @r#"
    {
      "archived": false,
      "conversation_count": 0,
      "created_at": "2025-12-23T10:00:00.000000Z",
      "description": null,
      "id": "proj_01KD5ADF800000000200000000",
      "instruction": null,
      "object": "project",
      "pinned": false,
      "title": "My AI Research",
      "updated_at": "2025-12-23T10:00:00.000000Z"
    }
    "#);
}

#[tokio::test]
async fn texts_of_a_project_are_stored_unchanged() {
    let app = TestApp::spawn().await;
    let body = json!({ "title": "T", "description": " d\n", "instruction": "\ti " });
    let created = app
        .alice()
        .post("/v1/projects", body.clone())
        .await
        .expect(201);
    for field in ["title", "description", "instruction"] {
        assert_eq!(created[field], body[field]);
    }
}
