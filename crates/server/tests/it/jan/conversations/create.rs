use super::LIST;
use crate::app::{TestApp, id};
use crate::jan::refused;
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn a_conversation_has_jans_shape() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "title": "T", "metadata": { "model_id": "m" }, "referrer": "jan-web",
        "is_favorite": true, "unknown": [1] });
    let created = alice.post(LIST, body).await.expect(200);
    assert_json_snapshot!(created, @r#"
    {
      "active_branch": "MAIN",
      "created_at": 1766484000,
      "id": "conv_01KD5ADF800000000200000000",
      "is_archived": false,
      "is_favorite": true,
      "metadata": {
        "model_id": "m"
      },
      "object": "conversation",
      "referrer": "jan-web",
      "title": "T",
      "updated_at": 1766484000
    }
    "#);
    let path = format!("{LIST}/{}", id(&created));
    assert_eq!(alice.get(&path).await.expect(200), created);
    // The same data in the other shape.
    let other = alice
        .get(&format!("/v1/conversations/{}", id(&created)))
        .await;
    let other = other.expect(200);
    assert_eq!(other["pinned"], true);
    assert_eq!(
        other["metadata"],
        json!({ "model_id": "m", "referrer": "jan-web" })
    );
}

#[tokio::test]
async fn text_after_the_object_is_tolerated_and_broken_json_is_not() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let made = alice
        .post_text(LIST, "{\"title\": \"T\" }\n}")
        .await
        .expect(200);
    assert_eq!(made["title"], "T");
    let answer = alice.post_text(LIST, "{\"title\": ").await;
    refused(&answer, "invalid_json", None);
    let answer = alice.post(LIST, json!({ "title": 7 })).await;
    refused(&answer, "invalid_type", Some("title"));
}
