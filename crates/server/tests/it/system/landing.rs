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
    for wanted in [
        "docs/#/auth/guest_login",
        "docs/#/conversations/create_conversation",
        "docs/errors",
        "openapi.json",
        "openapi-3.0.json",
        "readyz",
        "healthz",
        "version",
    ] {
        assert!(links.contains(&wanted), "{wanted} is not among {links:?}");
    }
    for link in links.iter().filter(|link| !link.starts_with('#')) {
        let path = format!("/{}", link.split('#').next().unwrap());
        assert_eq!(app.anon().get(&path).await.status, 200, "{link}");
    }
}

#[tokio::test]
async fn it_contacts_no_other_server() {
    let app = TestApp::spawn().await;
    let answer = app.anon().get("/").await;
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(
        !policy.contains("unsafe") && !policy.contains("script"),
        "{policy}"
    );
    assert!(!answer.text().contains("http"));
}
