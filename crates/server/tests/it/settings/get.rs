use super::PATH;
use crate::app::TestApp;
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn unset_fields_are_null_or_empty() {
    let app = TestApp::spawn().await;
    assert_json_snapshot!(app.alice().get(PATH).await.expect(200), @r#"
    {
      "object": "user.settings",
      "preferences": {},
      "profile": {
        "about": null,
        "instructions": null,
        "nickname": null,
        "occupation": null,
        "style": null
      },
      "use_profile": false
    }
    "#);
}

#[tokio::test]
async fn other_owners_do_not_see_a_profile() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let profile = json!({ "profile": { "about": "a secret of mine" } });
    alice.patch(PATH, profile).await.expect(200);
    let body = json!({ "items": [{ "role": "user", "content": "Hello" }] });
    let conversation = alice.conversation(body).await;
    let share = alice.share(&conversation, json!({})).await;
    let shown = app
        .anon()
        .get(&format!("/conversations/share/{share}"))
        .await;
    assert!(!shown.text().contains("secret"));
    let path = format!("/v1/conversations/{conversation}/export");
    assert!(!alice.get(&path).await.text().contains("secret"));
}
