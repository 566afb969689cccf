use super::LIST;
use crate::app::{TestApp, id};
use crate::jan::refused;
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn a_project_has_a_name_and_is_archived_and_unarchived() {
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
    let path = format!("{LIST}/{}", id(&created));
    let change = json!({ "name": "Marketing 2024", "is_favorite": true, "instruction": null });
    let changed = alice.patch(&path, change).await.expect(200);
    assert_eq!(changed["name"], "Marketing 2024");
    assert_eq!(
        (&changed["is_favorite"], &changed["instruction"]),
        (&json!(true), &json!("Be kind."))
    );
    let archived = alice
        .patch(&path, json!({ "is_archived": true }))
        .await
        .expect(200);
    assert_eq!(archived["archived_at"], 1_766_484_000);
    let back = alice
        .patch(&path, json!({ "is_archived": false }))
        .await
        .expect(200);
    assert_eq!(
        (&back["is_archived"], back.get("archived_at")),
        (&json!(false), None)
    );
    let gone = alice.delete(&path).await.expect(200);
    assert_eq!(
        gone,
        json!({ "id": id(&created), "object": "project", "deleted": true })
    );
    refused(&alice.get(&path).await, "project_not_found", None);
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
