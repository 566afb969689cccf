use crate::app::TestApp;
use crate::jan::refused;

#[tokio::test]
async fn models_are_listed_and_found() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let list = alice.get("/jan/v1/models").await.expect(200);
    let model = list["data"][0]["id"].as_str().unwrap();
    let found = alice.get(&format!("/jan/v1/models/catalogs/{model}")).await;
    assert_eq!(found.expect(200), list["data"][0]);
    let unknown = alice.get("/jan/v1/models/catalogs/unknown").await;
    refused(&unknown, "model_not_found", Some("model"));
}
