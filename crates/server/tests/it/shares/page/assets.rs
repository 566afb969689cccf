use super::{hello, href, open, share};
use crate::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn its_style_sheet_and_icon_are_kept_for_good() {
    let app = TestApp::spawn().await;
    let address = share(&app.alice(), hello(), json!({})).await;
    let page = open(&app, &address).await;
    for (mark, kind) in [
        ("rel=\"stylesheet\"", "text/css; charset=utf-8"),
        ("rel=\"icon\"", "image/svg+xml"),
    ] {
        let path = href(page.text(), mark);
        let path = path.strip_prefix("../..").unwrap();
        let answer = app.anon().get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        assert_eq!(
            answer.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
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
