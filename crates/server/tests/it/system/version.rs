use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn it_says_which_build_it_is() {
    let app = TestApp::spawn().await;
    let answer = app.anon().get("/version").await;
    let expected = json!({ "name": "jan-conversations", "version": env!("CARGO_PKG_VERSION") });
    assert_eq!(answer.expect(200), expected);
}
