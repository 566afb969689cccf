use super::link;
use crate::answer::Answer;
use crate::app::{Actor, TestApp};
use crate::rows;
use chrono::TimeDelta;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde_json::{Value, json};

/// What browsers send.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Opens an address as a browser does.
async fn open(app: &TestApp, path: &str) -> Answer {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(BROWSER))]);
    app.anon().get_with(path, headers).await
}

/// Shares a new conversation and returns the address of the link.
async fn share(actor: &Actor, conversation: Value, link_body: Value) -> String {
    let conversation = actor.conversation(conversation).await;
    link(&actor.share(&conversation, link_body).await)
}

fn hello() -> Value {
    json!({ "title": "Project Planning", "items": [
        { "role": "system", "content": "a secret instruction" },
        { "role": "user", "content": "Hello **you**", "call_id": "a secret id" },
        { "role": "assistant", "content": "# Hi\n\n`code`" },
    ]})
}

/// The value of the first `href` after `mark`, as a browser reads it.
fn href(page: &str, mark: &str) -> String {
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

/// What was said on a page, without its elements.
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
        "style-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(
            policy.split("; ").any(|has| has == part),
            "{part} is not in {policy}"
        );
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script") && !policy.contains("data:"));
    for (name, value) in [
        ("cache-control", "no-store"),
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
    assert!(!page.contains("<script") && !page.contains("<style") && !page.contains("style=\""));
}

#[tokio::test]
async fn browsers_are_shown_a_page() {
    let app = TestApp::spawn().await;
    let address = share(&app.alice(), hello(), json!({})).await;
    let answer = open(&app, &address).await;
    assert_is_a_page(&answer, 200);
    let page = answer.text();
    assert!(
        page.contains("<h1 dir=\"auto\">Project Planning</h1>"),
        "{page}"
    );
    assert!(page.contains("Hello <strong>you</strong>"), "{page}");
    assert!(page.contains("<h3 dir=\"auto\">Hi</h3>"), "{page}");
}

#[tokio::test]
async fn the_address_may_say_in_which_form() {
    let app = TestApp::spawn().await;
    let address = share(&app.alice(), hello(), json!({})).await;
    assert_is_a_page(
        &app.anon().get(&format!("{address}?format=html")).await,
        200,
    );
    let answer = open(&app, &format!("{address}?format=json")).await;
    assert_eq!(answer.header("content-type"), "application/json");
    let answer = open(&app, &format!("{address}?format=md")).await;
    assert_eq!(
        answer.header("content-type"),
        "text/markdown; charset=utf-8"
    );
}

#[tokio::test]
async fn it_shows_nothing_internal() {
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
async fn failures_are_pages_too() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let address = share(&alice, hello(), json!({ "expires_in": 60 })).await;
    let answer = open(&app, "/conversations/share/share_nothing").await;
    assert_is_a_page(&answer, 404);
    assert!(answer.text().contains("There is nothing here"));
    assert!(answer.text().contains(answer.header("x-request-id")));
    for query in [
        "limit=0",
        "after=x",
        "before=x",
        "after=seq_1&before=seq_1",
        "limit=1&limit=2",
    ] {
        assert_is_a_page(&open(&app, &format!("{address}?{query}")).await, 400);
    }
    app.clock.advance(TimeDelta::seconds(60));
    let answer = open(&app, &address).await;
    assert_is_a_page(&answer, 410);
    assert!(answer.text().contains("This link has ended") && !answer.text().contains("Hello"));
    // Programs are told in the envelope.
    app.anon().get(&address).await.refused("share_ended", None);
}

#[tokio::test]
async fn head_answers_like_get() {
    let app = TestApp::spawn().await;
    let address = share(&app.alice(), hello(), json!({})).await;
    let get = open(&app, &address).await;
    let request = app
        .anon()
        .request(reqwest::Method::HEAD, &address)
        .header(ACCEPT, BROWSER);
    let head = app.anon().sent(request).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
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

#[tokio::test]
async fn ten_thousand_messages_open_a_page_at_a_time() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Many" })).await;
    rows::items(&app.schema, &conversation, 10_000, "'Message ' || n").await;
    let address = link(&alice.share(&conversation, json!({})).await);
    let first = open(&app, &address).await;
    assert_eq!(said(first.text()).len(), 100);
    let last = open(&app, &format!("{address}?after=seq_9900")).await;
    assert_eq!(said(last.text()).last().unwrap(), "Message 10000");
    assert!(!last.text().contains("rel=\"next\""));
    let previous = href(last.text(), "rel=\"prev\"");
    let before = open(&app, &format!("{address}{previous}")).await;
    assert_eq!(said(before.text())[0], "Message 9801");
    // Behind the end there is nothing, but a way back.
    let behind = open(&app, &format!("{address}?after=seq_10000")).await;
    assert_is_a_page(&behind, 200);
    assert_eq!(href(behind.text(), "rel=\"prev\""), "?");
}

#[tokio::test]
async fn pages_lead_both_ways_and_show_each_message_once() {
    let app = TestApp::spawn().await;
    let items: Vec<_> = (0..25)
        .map(|number| json!({ "role": "user", "content": format!("Message {number}") }))
        .collect();
    let address = share(&app.alice(), json!({ "items": items }), json!({})).await;
    let mut page = open(&app, &format!("{address}?limit=10")).await;
    assert!(!page.text().contains("rel=\"prev\""));
    let mut forwards = Vec::new();
    loop {
        forwards.extend(said(page.text()));
        if !page.text().contains("rel=\"next\"") {
            break;
        }
        page = open(
            &app,
            &format!("{address}{}", href(page.text(), "rel=\"next\"")),
        )
        .await;
        assert_eq!(page.status, 200);
    }
    let expected: Vec<_> = (0..25).map(|number| format!("Message {number}")).collect();
    assert_eq!(forwards, expected);
    let mut backwards = Vec::new();
    loop {
        backwards.splice(0..0, said(page.text()));
        if !page.text().contains("rel=\"prev\"") {
            break;
        }
        page = open(
            &app,
            &format!("{address}{}", href(page.text(), "rel=\"prev\"")),
        )
        .await;
        assert_eq!(page.status, 200);
    }
    assert_eq!(backwards, expected);
}

#[tokio::test]
async fn hostile_messages_and_titles_stay_text() {
    let payloads = include_str!("../../../../../scripts/tools/share_page/payloads.json");
    let payloads: Vec<Value> = serde_json::from_str(payloads).unwrap();
    let texts: Vec<_> = payloads
        .iter()
        .map(|entry| entry["payload"].as_str().unwrap())
        .collect();
    let items: Vec<_> = texts
        .iter()
        .map(|text| json!({ "role": "assistant", "content": text }))
        .collect();
    let app = TestApp::spawn().await;
    for title in texts {
        let title: String = title.chars().take(256).collect();
        let body = json!({ "title": title, "items": [{ "role": "user", "content": title }] });
        let page = open(&app, &share(&app.alice(), body, json!({})).await).await;
        assert_harmless(page.text(), &title);
    }
    assert!(items.len() <= 100);
    let address = share(
        &app.alice(),
        json!({ "title": "a", "items": items }),
        json!({}),
    )
    .await;
    let page = open(&app, &address).await;
    assert_eq!(said(page.text()).len(), payloads.len());
    assert_harmless(page.text(), "all of them");
}

/// On these pages text is escaped, so `<` begins an element, and a quote ends an attribute.
fn assert_harmless(page: &str, what: &str) {
    for element in page.split('<').skip(1) {
        let name = element
            .split([' ', '>'])
            .next()
            .unwrap()
            .to_ascii_lowercase();
        for never in [
            "script", "style", "iframe", "object", "embed", "form", "input", "img", "base", "math",
            "image", "video",
        ] {
            assert_ne!(name, never, "{what}");
        }
        let tag = element.split('>').next().unwrap();
        for (at, attribute) in tag.split("=\"").enumerate() {
            let name = attribute
                .rsplit([' ', '"'])
                .next()
                .unwrap()
                .to_ascii_lowercase();
            let last = at + 1 == tag.split("=\"").count();
            assert!(
                last || !(name.starts_with("on") || name == "src" || name == "style"),
                "{what}: {tag}"
            );
        }
        for link in tag.split("href=\"").skip(1) {
            let safe = [
                "https://",
                "http://",
                "mailto:",
                "#",
                "?format=",
                "../../assets/",
            ];
            assert!(
                safe.iter().any(|safe| link.starts_with(safe)),
                "{what}: {link}"
            );
        }
    }
}

#[tokio::test]
async fn a_page_of_very_large_messages_is_shown_whole() {
    let app = TestApp::spawn().await;
    let large = "**a** 😀\n".repeat(100_000);
    let items = json!([
        { "role": "user", "content": large },
        { "role": "assistant", "content": ">".repeat(100_000) },
        { "role": "assistant", "content": "The end" },
    ]);
    let conversation = json!({ "title": "Large", "items": items });
    let address = share(&app.alice(), conversation, json!({})).await;
    let page = open(&app, &address).await;
    assert_is_a_page(&page, 200);
    assert_eq!(page.text().matches("**a** 😀").count(), 100_000);
    assert!(page.text().contains("The end"));
}

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

/// Sites add parameters of their own to a link that is followed from them.
#[tokio::test]
async fn a_page_opens_whatever_other_sites_have_added_to_its_address() {
    let app = TestApp::spawn().await;
    let path = share(&app.alice(), hello(), json!({})).await;
    let followed = open(&app, &format!("{path}?fbclid=IwAR0&utm_source=x&limit=1")).await;
    assert_eq!(followed.status, 200);
    assert_eq!(said(followed.text()).len(), 1);
    let twice = open(&app, &format!("{path}?limit=1&limit=2")).await;
    assert_eq!(twice.status, 400);
    app.anon()
        .get(&format!("{path}?fbclid=IwAR0"))
        .await
        .refused("unknown_field", Some("fbclid"));
}
