use super::{PATH, asking, ended, made};
use crate::app::id;
use crate::openai::{all, conversation, refused};
use crate::provider::{Provider, says, says_when_told};
use serde_json::json;

#[tokio::test]
async fn a_background_response_is_cancelled_at_once() {
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let one = conversation(&alice, json!({})).await;
    let body = json!({ "input": "x", "conversation": one, "background": true });
    let queued = made(&alice, body).await;
    provider.was_asked(1).await;
    let path = format!("{PATH}/{}", id(&queued));
    let cancel = format!("{path}/cancel");
    refused(
        &app.bob().post(&cancel, json!({})).await,
        404,
        "response_not_found",
        None,
    );
    let cancelled = alice.post(&cancel, json!({})).await.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(alice.get(&path).await.expect(200), cancelled);
    // Once more changes nothing.
    assert_eq!(alice.post(&cancel, json!({})).await.expect(200), cancelled);
    provider.go_on(3);
    provider.does(says(&["Next."]));
    made(&alice, json!({ "input": "y", "conversation": one })).await;
    assert_eq!(all(&alice, &one).await.len(), 2);
    assert_eq!(alice.get(&path).await.expect(200), cancelled);
}

#[tokio::test]
async fn one_that_has_ended_stays_and_others_are_refused() {
    let app = asking(&Provider::obliging()).await;
    let alice = app.alice();
    let queued = made(&alice, json!({ "input": "x", "background": true })).await;
    let response = ended(&alice, &id(&queued)).await;
    assert_eq!(response["status"], "completed");
    let cancel = format!("{PATH}/{}/cancel", id(&queued));
    assert_eq!(alice.post(&cancel, json!({})).await.expect(200), response);
    let whole = made(&alice, json!({ "input": "x" })).await;
    let cancel = format!("{PATH}/{}/cancel", id(&whole));
    let answer = alice.post(&cancel, json!({})).await;
    refused(&answer, 400, "invalid_value", Some("response_id"));
}
