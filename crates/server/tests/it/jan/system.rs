use crate::app::TestApp;

#[tokio::test]
async fn health_is_asked_under_v1_too() {
    let app = TestApp::spawn().await;
    let anon = app.anon();
    assert_eq!(
        anon.get("/jan/v1/healthz").await.expect(200)["status"],
        "ok"
    );
    assert_eq!(
        anon.get("/jan/v1/readyz").await.expect(200)["status"],
        "ready"
    );
    assert!(anon.get("/jan/v1/version").await.expect(200)["version"].is_string());
}
