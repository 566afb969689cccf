//! People may paste a slash behind a link.

use crate::app::TestApp;
use crate::shares::page::{hello, open, share};
use serde_json::json;

#[tokio::test]
async fn a_slash_at_the_end_leads_to_the_page() {
    let app = TestApp::spawn().await;
    let path = share(&app.alice(), hello(), json!({})).await;
    let (_, name) = path.rsplit_once('/').unwrap();
    for (query, moved) in [
        ("", name.to_owned()),
        ("?limit=1", format!("{name}?limit=1")),
    ] {
        let answer = open(&app, &format!("{path}/{query}")).await;
        assert_eq!(answer.status, 308);
        // Relative, as are all addresses of these pages.
        assert_eq!(answer.header("location"), format!("../{moved}"));
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "private, no-cache");
    }
    // It goes nowhere else, whatever stands there.
    let odd = "/conversations/share/%2f%2fexample.org/";
    let answer = open(&app, odd).await;
    assert_eq!(answer.header("location"), "../%2f%2fexample.org");
    app.anon()
        .post(&format!("{path}/"), json!({}))
        .await
        .refused("method_not_allowed", None);
}
