use super::{link, message, share_item};
use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_link_is_revoked_where_it_belongs() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let other = alice.conversation(json!({})).await;
    let item = message(&alice, &conversation, "user", "x").await;
    let share = share_item(&alice, &conversation, &item, json!({})).await;
    let at = |conversation: &str| format!("/v1/conversations/{conversation}/share/{share}");
    alice
        .delete(&at(&other))
        .await
        .refused("share_not_found", None);
    app.anon().get(&link(&share)).await.expect(200);
    alice.delete(&at(&conversation)).await.expect_nothing(204);
    app.anon()
        .get(&link(&share))
        .await
        .refused("share_ended", None);
    alice
        .delete(&at(&conversation))
        .await
        .refused("share_not_found", None);
}
