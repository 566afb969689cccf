use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn everybody_is_told_who_they_are() {
    let app = TestApp::spawn().await;
    let (guest, session) = app.guest().await;
    assert_eq!(guest.get("/auth/me").await.expect(200), session["user"]);
    let (ada, session) = app.account("ada@example.org").await;
    assert_eq!(ada.get("/auth/me").await.expect(200), session["user"]);
    let alice = app.alice().get("/auth/me").await.expect(200);
    assert_eq!(
        (&alice["kind"], &alice["created_at"]),
        (&json!("external"), &json!(null))
    );
}
