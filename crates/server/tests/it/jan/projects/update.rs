use super::LIST;
use crate::app::{TestApp, id};
use crate::jan::refused;
use serde_json::json;

#[tokio::test]
async fn sent_fields_change_and_absent_or_null_fields_stay() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "name": "Marketing", "instruction": "Be kind." });
    let path = format!("{LIST}/{}", id(&alice.post(LIST, body).await.expect(201)));
    let change = json!({ "name": "Marketing 2024", "is_favorite": true, "instruction": null });
    let changed = alice.patch(&path, change).await.expect(200);
    assert_eq!(
        (
            &changed["name"],
            &changed["is_favorite"],
            &changed["instruction"]
        ),
        (&json!("Marketing 2024"), &json!(true), &json!("Be kind."))
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
    assert_eq!(alice.get(&path).await.expect(200), back);
}

#[tokio::test]
async fn foreign_projects_and_mistakes_are_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let created = alice
        .post(LIST, json!({ "name": "Marketing" }))
        .await
        .expect(201);
    let path = format!("{LIST}/{}", id(&created));
    let change = json!({ "name": "Mine now" });
    let foreign = app.bob().patch(&path, change.clone()).await;
    refused(&foreign, "project_not_found", None);
    let malformed = alice.patch(&format!("{LIST}/x"), change).await;
    refused(&malformed, "project_not_found", None);
    for (body, code, param) in [
        (json!({ "name": "  " }), "invalid_value", "name"),
        (json!({ "name": 7 }), "invalid_type", "name"),
        (
            json!({ "instruction": "x".repeat(32_769) }),
            "invalid_value",
            "instruction",
        ),
        (
            json!({ "is_archived": "yes" }),
            "invalid_type",
            "is_archived",
        ),
    ] {
        refused(&alice.patch(&path, body).await, code, Some(param));
    }
    assert_eq!(alice.get(&path).await.expect(200), created);
}
