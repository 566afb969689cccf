//! From page to page, and from a page to its other forms.

use super::{assert_is_a_page, href, open, said, share};
use crate::app::TestApp;
use crate::rows;
use crate::shares::{link, texts};
use serde_json::json;

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
    // Behind the end there are no messages, but a way back.
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

/// The footer's other forms show the same page.
#[tokio::test]
async fn other_forms_of_a_page_show_the_same_messages() {
    let app = TestApp::spawn().await;
    let items: Vec<_> = (0..9)
        .map(|number| json!({ "role": "user", "content": format!("Message {number}") }))
        .collect();
    let address = share(&app.alice(), json!({ "items": items }), json!({})).await;
    for place in [
        "",
        "?limit=3",
        "?limit=3&after=seq_3&utm_source=x",
        "?before=seq_7&limit=3&format=html",
    ] {
        let page = open(&app, &format!("{address}{place}")).await;
        let markdown = href(page.text(), "class=\"formats\"");
        let markdown = app.anon().get(&format!("{address}{markdown}")).await;
        assert_eq!(
            markdown.header("content-type"),
            "text/markdown; charset=utf-8"
        );
        let lines = markdown.text().lines();
        let shown: Vec<_> = lines.filter(|line| line.starts_with("Message")).collect();
        assert_eq!(shown, said(page.text()), "{place}");
        let json = href(page.text(), ">Markdown</a>");
        let json = app.anon().get(&format!("{address}{json}")).await;
        assert_eq!(texts(&json.expect(200)), said(page.text()), "{place}");
    }
}
