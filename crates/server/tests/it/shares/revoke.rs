use super::{link, writable};
use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_link_is_revoked_once_for_the_very_next_request() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = alice.share(&conversation, json!({})).await;
    let other = alice.share(&conversation, json!({})).await;
    let path = format!("/v1/shares/{share}");
    alice.delete(&path).await.expect_nothing(204);
    app.anon()
        .get(&link(&share))
        .await
        .refused("share_ended", None);
    alice.delete(&path).await.refused("share_not_found", None);
    app.anon().get(&link(&other)).await.expect(200);
}

#[tokio::test]
async fn only_its_owner_can_revoke_a_link() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = writable(&alice, &conversation).await;
    let path = format!("/v1/shares/{share}");
    app.anon()
        .delete(&path)
        .await
        .refused("token_missing", None);
    app.bob()
        .delete(&path)
        .await
        .refused("share_not_found", None);
    let path = format!("/v1/conversations/{conversation}/share/{share}");
    app.bob()
        .delete(&path)
        .await
        .refused("conversation_not_found", None);
    app.anon().get(&link(&share)).await.expect(200);
}
