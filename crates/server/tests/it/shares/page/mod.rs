mod address;
mod failures;
mod hostile;
mod paging;
mod preview;
mod turns;
mod unchanged;

use super::link;
use crate::answer::Answer;
use crate::app::{Actor, TestApp};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde_json::{Value, json};

/// The `Accept` of browsers.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Opens an address as a browser does.
pub(crate) async fn open(app: &TestApp, path: &str) -> Answer {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(BROWSER))]);
    app.anon().get_with(path, headers).await
}

/// Shares a new conversation and returns the address of the link.
pub(crate) async fn share(actor: &Actor, conversation: Value, link_body: Value) -> String {
    let conversation = actor.conversation(conversation).await;
    link(&actor.share(&conversation, link_body).await)
}

pub(crate) fn hello() -> Value {
    json!({ "title": "Project Planning", "items": [
        { "role": "system", "content": "a secret instruction" },
        { "role": "user", "content": "Hello **you**", "call_id": "a secret id" },
        { "role": "assistant", "content": "# Hi\n\n`code`" },
    ]})
}

/// The value of the first `href` after `mark`, as a browser reads it.
pub(crate) fn href(page: &str, mark: &str) -> String {
    let after = page
        .split(mark)
        .nth(1)
        .unwrap_or_else(|| panic!("no {mark} in {page}"));
    let value = after
        .split("href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    value.replace("&amp;", "&")
}

/// The text of a page, without its elements.
fn said(page: &str) -> Vec<String> {
    let texts = page.split("<div class=\"said\" lang=\"\">").skip(1);
    texts
        .map(|text| {
            let text = text.split("</div></article>").next().unwrap();
            text.replace("<p dir=\"auto\">", "")
                .replace("</p>", "")
                .trim()
                .to_owned()
        })
        .collect()
}

fn assert_is_a_page(answer: &Answer, status: u16) {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (status, "text/html; charset=utf-8")
    );
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "require-trusted-types-for 'script'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(
            policy.split("; ").any(|has| has == part),
            "{part} is not in {policy}"
        );
    }
    assert!(!policy.contains("unsafe") && !policy.contains("data:"));
    for (name, value) in [
        ("cache-control", "private, no-cache"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("x-robots-tag", "noindex, nofollow"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let mut vary = answer.headers.get_all("vary").into_iter();
    assert!(vary.any(|name| name == "Accept"));
    let page = answer.text();
    assert!(
        page.starts_with("<!DOCTYPE html><html lang=\"en\">"),
        "{page}"
    );
    let scripts: Vec<_> = page.split("<script").skip(1).collect();
    assert_eq!(scripts.len(), 1);
    assert!(scripts[0].starts_with(" src=\"../../assets/share-"));
    assert!(!page.contains("<style") && !page.contains("style=\""));
}

#[tokio::test]
async fn browsers_are_shown_a_page() {
    let app = TestApp::spawn().await;
    let address = share(&app.alice(), hello(), json!({})).await;
    let answer = open(&app, &address).await;
    assert_is_a_page(&answer, 200);
    let page = answer.text();
    assert!(
        page.contains("<h1 lang=\"\" dir=\"auto\">Project Planning</h1>"),
        "{page}"
    );
    assert!(page.contains("Hello <strong>you</strong>"), "{page}");
    assert!(page.contains("<h3 dir=\"auto\">Hi</h3>"), "{page}");
}

#[tokio::test]
async fn it_shows_no_internal_data() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = json!({
        "title": "a", "metadata": { "secret_key": "a secret value" },
        "items": hello()["items"],
    });
    let address = share(&alice, conversation, json!({})).await;
    let page = open(&app, &address).await;
    let page = page.text();
    assert_eq!(said(page).len(), 2, "{page}");
    for internal in ["secret", "user_0", "conv_", "system"] {
        assert!(!page.contains(internal), "{internal} is in {page}");
    }
}

#[tokio::test]
async fn it_says_when_the_link_expires() {
    let app = TestApp::spawn().await;
    let address = share(&app.alice(), hello(), json!({ "expires_in": 3600 })).await;
    let expires_at = app.anon().get(&address).await.expect(200)["expires_at"].clone();
    let page = open(&app, &address).await;
    let seconds = &expires_at.as_str().unwrap()[..19];
    assert!(
        page.text()
            .contains("This link expires on <time datetime=\"")
    );
    assert!(page.text().contains(seconds), "{seconds}");
}
