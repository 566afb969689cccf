use super::{PATH, asking, events};
use crate::answer::Answer;
use crate::app::Actor;
use crate::provider::{Provider, says, says_when_told};
use crate::purge::until;
use reqwest::Method;
use serde_json::{Value, json};

async fn keyed(actor: &Actor, key: &str, body: &Value) -> Answer {
    let request = actor.request(Method::POST, PATH).json(body);
    actor.sent(request.header("Idempotency-Key", key)).await
}

#[tokio::test]
async fn a_repeat_is_answered_from_the_response_that_was_made() {
    let provider = Provider::that(says(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    for (key, is_streamed) in [("a", false), ("b", true)] {
        let body = json!({ "input": "Capital?", "stream": is_streamed });
        let first = keyed(&alice, key, &body).await;
        let asked = provider.asked().len();
        let again = keyed(&alice, key, &body).await;
        assert_eq!(again.status, 200);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.text(), first.text());
        assert_eq!(provider.asked().len(), asked);
    }
    let other = keyed(&alice, "a", &json!({ "input": "Other" })).await;
    crate::openai::refused(
        &other,
        409,
        "idempotency_key_reused",
        Some("Idempotency-Key"),
    );
}

#[tokio::test]
async fn a_repeated_stream_joins_the_one_under_way() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let body = json!({ "input": "Capital?", "stream": true });
    let (first, sent) = (alice.clone(), body.clone());
    let first = tokio::spawn(async move { keyed(&first, "k", &sent).await });
    provider.was_asked(1).await;
    provider.go_on(1);
    let stored = "select count(*) from responses where status = 1";
    until(&app.schema, stored, 20, |rows| rows == 1).await;
    let again = tokio::spawn(async move { keyed(&alice, "k", &body).await });
    provider.go_on(2);
    let (first, again) = (first.await.unwrap(), again.await.unwrap());
    assert_eq!(events(again.text()), events(first.text()));
    assert_eq!(provider.asked().len(), 1);
}
