//! Pages that were laid out before: each change of what a link shows is in the next page.

use super::{assert_is_a_page, open, said};
use crate::app::TestApp;
use crate::shares::{link, message};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_page_that_was_shown_before_shows_every_change() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Plan" })).await;
    let path = format!("/v1/conversations/{conversation}");
    let mut items = Vec::new();
    for text in ["one", "two"] {
        let item = message(&alice, &conversation, "user", text).await;
        items.push(format!("{path}/items/{item}"));
    }
    let share = alice.share(&conversation, json!({ "live": true })).await;
    let texts = async || {
        let answer = open(&app, &link(&share)).await;
        assert_is_a_page(&answer, 200);
        said(answer.text())
    };
    for _ in 0..2 {
        assert_eq!(texts().await, ["one", "two"]);
    }
    let body = json!({ "content": "three" });
    let edit = format!("{}/edit", items[0]);
    alice.call_with(Method::PUT, &edit, &body).await.expect(200);
    assert_eq!(texts().await, ["three", "two"]);
    alice.delete(&items[0]).await.expect_nothing(204);
    assert_eq!(texts().await, ["two"]);
    alice.say(&conversation, "four").await;
    assert_eq!(texts().await, ["two", "four"]);
    let revoke = format!("/v1/shares/{share}");
    alice.delete(&revoke).await.expect_nothing(204);
    let ended = open(&app, &link(&share)).await;
    assert_is_a_page(&ended, 410);
    assert!(said(ended.text()).is_empty());
}
