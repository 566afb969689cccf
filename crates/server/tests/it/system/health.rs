use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn it_is_alive() {
    let app = TestApp::spawn().await;
    let answer = app.anon().get("/healthz").await;
    assert_eq!(answer.expect(200), json!({ "status": "ok" }));
}
