use crate::app::TestApp;
use chrono::TimeDelta;
use serde_json::{Value, json};

#[tokio::test]
async fn an_absent_field_keeps_its_value_and_null_clears_it() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "title": "T", "description": "D", "instruction": "I" });
    let created = alice.post("/v1/projects", body).await.expect(201);
    let path = format!("/v1/projects/{}", created["id"].as_str().unwrap());
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(alice.patch(&path, json!({})).await.expect(200), created);
    let changes = json!({ "description": null, "instruction": null });
    let changed = alice.patch(&path, changes).await.expect(200);
    assert_eq!(
        (&changed["description"], &changed["instruction"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(changed["title"], "T");
    assert_eq!(changed["updated_at"], "2025-12-23T10:00:01.000000Z");
    assert_eq!(changed["created_at"], "2025-12-23T10:00:00.000000Z");
    assert_eq!(alice.get(&path).await.expect(200), changed);
}
