use crate::app::TestApp;

#[tokio::test]
async fn it_is_served_from_the_binary() {
    let app = TestApp::spawn().await;
    let page = app.anon().get("/docs/").await;
    assert_eq!(page.status, 200);
    let html = page.text();
    assert!(html.contains("swagger-ui") && !html.contains("//cdn") && !html.contains("https://"));
    for file in [
        "swagger-ui.css",
        "swagger-ui-bundle.js",
        "swagger-initializer.js",
    ] {
        let file = app.anon().get(&format!("/docs/{file}")).await;
        assert_eq!(file.status, 200);
    }
    let script = app.anon().get("/docs/swagger-initializer.js").await;
    let script = script.text();
    assert!(script.contains("/openapi.json"), "{script}");
    assert!(script.contains("validatorUrl: \"none\""), "{script}");
    // What is typed stays in the tab; the browser's check sees it work.
    assert!(
        script.contains("persistAuthorization: false") && !script.contains("localStorage."),
        "{script}"
    );
}

#[tokio::test]
async fn its_address_may_lack_the_slash() {
    let app = TestApp::spawn().await;
    let answer = app.anon().get("/docs").await;
    assert_eq!((answer.status, answer.header("location")), (307, "/docs/"));
}

#[tokio::test]
async fn the_document_it_shows_is_that_of_the_code() {
    let app = TestApp::spawn().await;
    let shown = app.anon().get("/openapi.json").await.expect(200);
    assert_eq!(shown, *crate::operations::document());
}
