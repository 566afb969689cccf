use super::LIST;
use crate::app::TestApp;
use crate::jan::refused;
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn a_project_has_jans_shape() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "name": "Marketing", "instruction": "Be kind." });
    let created = alice.post(LIST, body).await.expect(201);
    assert_json_snapshot!(created, @r#"
    {
      "created_at": 1766484000,
      "id": "proj_01KD5ADF800000000200000000",
      "instruction": "Be kind.",
      "is_archived": false,
      "is_favorite": false,
      "name": "Marketing",
      "object": "project",
      "updated_at": 1766484000
    }
    "#);
}

#[tokio::test]
async fn a_wrong_name_is_refused_as_name() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for name in ["", "  ", &"x".repeat(121)] {
        let answer = alice.post(LIST, json!({ "name": name })).await;
        refused(&answer, "invalid_value", Some("name"));
        assert!(!answer.text().contains("title"), "{}", answer.text());
    }
    let answer = alice.post(LIST, json!({ "title": "x" })).await;
    refused(&answer, "missing_field", Some("name"));
}
