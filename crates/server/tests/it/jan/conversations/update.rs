use super::LIST;
use crate::app::TestApp;
use crate::jan::{conversation, refused};
use serde_json::{Value, json};

#[tokio::test]
async fn post_updates_and_absent_or_null_fields_stay() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    let body = json!({ "title": "T", "referrer": "r", "metadata": { "a": "1" },
        "project_id": project });
    let path = format!("{LIST}/{}", conversation(&alice, body).await);
    let shown = |found: &Value| {
        json!([
            found["title"],
            found["project_id"],
            found["metadata"],
            found["referrer"],
            found["is_favorite"],
            found["is_archived"]
        ])
    };
    for (change, expected) in [
        (
            json!({ "title": null }),
            json!(["T", project, { "a": "1" }, "r", false, false]),
        ),
        (
            json!({ "title": "U" }),
            json!(["U", project, { "a": "1" }, "r", false, false]),
        ),
        (
            json!({ "metadata": { "b": "2" } }),
            json!(["U", project, { "b": "2" }, "r", false, false]),
        ),
        (
            json!({ "project_id": "" }),
            json!(["U", null, { "b": "2" }, "r", false, false]),
        ),
        (
            json!({ "is_favorite": true, "is_archived": true }),
            json!(["U", null, { "b": "2" }, "r", true, true]),
        ),
    ] {
        let changed = alice.post(&path, change.clone()).await.expect(200);
        assert_eq!(shown(&changed), expected, "{change}");
        assert_eq!(alice.get(&path).await.expect(200), changed);
    }
    let answer = alice.post(&path, json!({ "project_id": "proj_x" })).await;
    refused(&answer, "project_not_found", Some("project_id"));
}
