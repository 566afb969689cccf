use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn it_is_ready() {
    let app = TestApp::spawn().await;
    let answer = app.anon().get("/readyz").await;
    assert_eq!(
        answer.expect(200),
        json!({ "status": "ready", "storage": "ok" })
    );
}
