//! The headers of pages.

use crate::app::TestApp;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::json;

/// The sources of a policy, by their directive.
fn sources<'a>(policy: &'a str, directive: &str) -> Option<&'a str> {
    let mut directives = policy.split(';').map(str::trim);
    directives.find_map(|one| one.strip_prefix(directive)?.strip_prefix(' '))
}

#[tokio::test]
async fn pages_cannot_be_framed_and_load_no_foreign_content() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let link = format!(
        "/conversations/share/{}",
        alice.share(&conversation, json!({})).await
    );
    let accept = || {
        HeaderMap::from_iter([(
            "accept".parse().unwrap(),
            HeaderValue::from_static("text/html"),
        )])
    };
    for path in [
        "/",
        "/docs/",
        "/docs/index.html",
        "/docs/oauth2-redirect.html",
        &link,
    ] {
        let page = app.anon().get_with(path, accept()).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(
            page.header("content-type").starts_with("text/html"),
            "{path}"
        );
        let policy = page.header("content-security-policy");
        for directive in ["default-src", "base-uri", "form-action", "frame-ancestors"] {
            assert_eq!(
                sources(policy, directive),
                Some("'none'"),
                "{path}: {policy}"
            );
        }
        let scripts = sources(policy, "script-src").unwrap_or("'none'");
        let expected = if path == "/" { "'none'" } else { "'self'" };
        assert_eq!(scripts, expected, "{path}");
        assert!(!policy.contains("http") && !policy.contains('*') && !policy.contains("eval"));
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(page.header(name), value, "{path}");
        }
        assert!(
            page.header("permissions-policy").contains("microphone=()"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn only_the_picture_of_previews_may_be_embedded_by_pages_of_other_sites() {
    let app = TestApp::spawn().await;
    for path in [
        "/version",
        "/openapi.json",
        "/docs/swagger-ui-bundle.js",
        "/v1/conversations",
        "/nowhere",
    ] {
        let answer = app.anon().get(path).await;
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            "same-origin",
            "{path}"
        );
    }
}
