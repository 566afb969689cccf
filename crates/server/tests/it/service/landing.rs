use crate::app::TestApp;

#[tokio::test]
async fn it_links_to_everything_a_person_looks_for() {
    let app = TestApp::spawn().await;
    let answer = app.anon().get("/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let page = answer.text().to_owned();
    let links = page.split("href=\"").skip(1);
    let links: Vec<_> = links.map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(
        links,
        ["/docs/", "/openapi.json", "/readyz", "/healthz", "/version"]
    );
    for link in links {
        assert_eq!(app.anon().get(link).await.status, 200, "{link}");
    }
}

#[tokio::test]
async fn it_asks_nothing_of_any_other_server() {
    let app = TestApp::spawn().await;
    let answer = app.anon().get("/").await;
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!answer.text().contains("http"));
}
