use crate::app::TestApp;

#[tokio::test]
async fn every_code_has_its_place_on_the_page_of_errors() {
    let app = TestApp::spawn().await;
    let page = app.anon().get("/docs/errors").await;
    assert_eq!(page.status, 200);
    let page = page.text();
    for code in api::CODES {
        assert!(
            page.contains(&format!("id=\"{}\"", code.name)),
            "{}",
            code.name
        );
    }
    assert!(!page.contains('`'), "backticks stand for code");
    assert!(
        page.contains("href=\"../\""),
        "there is a way to the first page"
    );
}
