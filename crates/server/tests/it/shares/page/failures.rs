//! Pages for people whose link shows no conversation.

use super::{assert_is_a_page, hello, href, open, share};
use crate::app::TestApp;
use api::shares::public::Layouts;
use chrono::TimeDelta;
use domain::limits::Rate;
use serde_json::json;

#[tokio::test]
async fn failures_are_pages_too() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let address = share(&alice, hello(), json!({ "expires_in": 60 })).await;
    let answer = open(&app, "/conversations/share/share_nothing").await;
    assert_is_a_page(&answer, 404);
    assert!(answer.text().contains("This link does not exist"));
    assert!(answer.text().contains(answer.header("x-request-id")));
    for query in [
        "limit=0",
        "after=x",
        "before=x",
        "after=seq_1&before=seq_1",
        "limit=1&limit=2",
    ] {
        let answer = open(&app, &format!("{address}?{query}")).await;
        assert_is_a_page(&answer, 400);
        // Where the address is wrong behind the question mark, the one without leads on.
        let way_out = href(answer.text(), "You can open");
        assert_eq!(open(&app, &format!("{address}{way_out}")).await.status, 200);
    }
    app.clock.advance(TimeDelta::seconds(60));
    let answer = open(&app, &address).await;
    assert_is_a_page(&answer, 410);
    assert!(
        answer.text().contains("This link is no longer available")
            && !answer.text().contains("Hello")
    );
    // Programs are told in the envelope.
    app.anon().get(&address).await.refused("share_ended", None);
}

#[tokio::test]
async fn too_many_opened_pages_are_told_how_long_to_wait() {
    let app = TestApp::spawn_limited(|rates| rates.share = Rate::parse("1/170s")).await;
    let address = share(&app.alice(), hello(), json!({})).await;
    assert_is_a_page(&open(&app, &address).await, 200);
    for passed in [0, 60, 60] {
        app.clock.advance(TimeDelta::seconds(passed));
        let answer = open(&app, &address).await;
        assert_is_a_page(&answer, 429);
        let wait = match answer.header("retry-after") {
            "170" | "171" => "3 minutes".to_owned(),
            "110" | "111" => "2 minutes".to_owned(),
            seconds => format!("{seconds} seconds"),
        };
        let text = format!("Please wait {wait}, then reload this page.");
        assert!(answer.text().contains(&text), "{text} {}", answer.text());
    }
}

#[tokio::test]
async fn when_too_many_large_pages_are_laid_out_the_next_is_told_to_come_back() {
    // No page may be laid out, so a place is never free.
    let app = TestApp::spawn_with(|parts| parts.layouts = Layouts::new(0)).await;
    let large = json!({ "items": [{ "role": "user", "content": "**a** ".repeat(10_000) }] });
    let address = share(&app.alice(), large, json!({})).await;
    let answer = open(&app, &address).await;
    assert_is_a_page(&answer, 503);
    assert_eq!(answer.header("retry-after"), "5");
    let text = "Please wait 5 seconds, then reload this page.";
    assert!(answer.text().contains(text), "{}", answer.text());
    // Small pages are there for everybody all the same.
    for form in ["json", "md"] {
        let answer = app.anon().get(&format!("{address}?format={form}")).await;
        assert_eq!(answer.status, 200, "{form}");
    }
    let small = share(&app.alice(), hello(), json!({})).await;
    assert_is_a_page(&open(&app, &small).await, 200);
}
