use super::page::{hello, href, open, share};
use crate::app::TestApp;
use reqwest::header::{HeaderMap, IF_NONE_MATCH};
use serde_json::json;

#[tokio::test]
async fn its_files_are_kept_for_good() {
    let app = TestApp::spawn().await;
    let address = share(&app.alice(), hello(), json!({})).await;
    let page = open(&app, &address).await;
    for (mark, kind) in [
        ("rel=\"stylesheet\"", "text/css; charset=utf-8"),
        ("<script", "text/javascript; charset=utf-8"),
        ("rel=\"icon\"", "image/svg+xml"),
    ] {
        let path = match mark {
            "<script" => href(&page.text().replace("<script src=", "<script href="), mark),
            _ => href(page.text(), mark),
        };
        let path = path.strip_prefix("../..").unwrap();
        let answer = app.anon().get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        assert_eq!(
            answer.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let known = [(IF_NONE_MATCH, answer.header("etag").parse().unwrap())];
        let again = app.anon().get_with(path, HeaderMap::from_iter(known)).await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        let other = path.replace('-', "-0");
        app.anon()
            .get(&other)
            .await
            .refused("route_not_found", None);
        app.anon()
            .post(path, json!({}))
            .await
            .refused("method_not_allowed", None);
    }
}
