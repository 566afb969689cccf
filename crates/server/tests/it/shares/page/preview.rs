//! Previews of a link by others, and where they lead.

use super::{assert_is_a_page, hello, open, share};
use crate::answer::Answer;
use crate::app::TestApp;
use crate::shares::link;
use api::shares::public::ContinueUrl;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, USER_AGENT};
use serde_json::json;

const SLACK: &str = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)";

async fn asked_by(app: &TestApp, agent: &str, path: &str) -> Answer {
    let headers = [(ACCEPT, "*/*"), (USER_AGENT, agent)];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_str(value).unwrap()));
    app.anon()
        .get_with(path, HeaderMap::from_iter(headers))
        .await
}

/// A property of a page.
fn told(page: &Answer, property: &str) -> String {
    let mark = format!("\"{property}\" content=\"");
    let (_, rest) = page.text().split_once(&mark).unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn programs_that_show_previews_get_the_page_and_count_as_no_view() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(hello()).await;
    let id = alice.share(&conversation, json!({})).await;
    let page = asked_by(&app, SLACK, &link(&id)).await;
    assert_is_a_page(&page, 200);
    assert_eq!(told(&page, "og:title"), "Project Planning");
    assert_eq!(told(&page, "og:description"), "Hello **you**");
    let (picture, url) = (told(&page, "og:image"), told(&page, "og:url"));
    assert!(
        url.starts_with("http://") && url.ends_with(&link(&id)),
        "{url}"
    );
    let (_, path) = picture.split_once("/assets/").unwrap();
    let picture = app.anon().get(&format!("/assets/{path}")).await;
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (200, "image/png")
    );
    // Sites to which the link was pasted show it; other files stay ours.
    assert_eq!(
        picture.header("cross-origin-resource-policy"),
        "cross-origin"
    );
    assert_eq!(page.header("cross-origin-resource-policy"), "same-origin");
    assert!(picture.body.starts_with(b"\x89PNG"));
    assert_is_a_page(&asked_by(&app, SLACK, &link("share_nothing")).await, 404);
    // Other programs get data, whatever they call themselves.
    for agent in ["curl/8.5.0", &"x".repeat(8_000)] {
        let data = asked_by(&app, agent, &link(&id)).await;
        assert_eq!(data.header("content-type"), "application/json");
    }
    app.write_views().await;
    let shares = alice.get("/v1/shares").await.expect(200);
    assert_eq!(shares["data"][0]["view_count"], 2);
}

#[tokio::test]
async fn a_page_leads_to_where_its_conversation_can_go_on() {
    let url = "https://chat.example/?from={share_id}&as=\"guest\"";
    let app = TestApp::spawn_with(|parts| parts.continue_url = ContinueUrl::parse(url)).await;
    let path = share(&app.alice(), hello(), json!({})).await;
    let page = open(&app, &path).await;
    assert_is_a_page(&page, 200);
    let name = path.rsplit('/').next().unwrap();
    let link = format!("href=\"https://chat.example/?from={name}&amp;as=&quot;guest&quot;\"");
    assert!(page.text().contains(&link), "{}", page.text());
    let without = TestApp::spawn().await;
    let path = share(&without.alice(), hello(), json!({})).await;
    let page = open(&without, &path).await;
    assert!(!page.text().contains("Continue this conversation"));
}

#[tokio::test]
async fn a_page_of_several_says_which_messages_it_shows() {
    let app = TestApp::spawn().await;
    let items: Vec<_> = (0..25)
        .map(|number| json!({ "role": if number % 5 == 0 { "system" } else { "user" }, "content": "a" }))
        .collect();
    let path = share(
        &app.alice(),
        json!({ "title": "T", "items": items }),
        json!({}),
    )
    .await;
    for (place, words) in [
        ("?limit=8", "Page 1 of 3, messages 1 to 8 of 20"),
        (
            "?limit=8&after=seq_20",
            "Page 3 of 3, messages 17 to 20 of 20",
        ),
        ("?limit=8&after=seq_3", "Messages 3 to 10 of 20"),
        ("?limit=8&before=seq_2147483647", "Messages 13 to 20 of 20"),
    ] {
        let page = open(&app, &format!("{path}{place}")).await;
        assert!(
            page.text().contains(&format!("<title>T ({words})")),
            "{place} {}",
            page.text()
        );
    }
    let whole = open(&app, &path).await;
    assert!(whole.text().contains("<title>T</title>"));
}
