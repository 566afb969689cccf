//! The scope of a key: for which request, how long, and for whom.

use super::{KEY, is_replayed, keyed, remembered};
use crate::app::{TestApp, id};
use crate::chat::{PATH, conversing, said, user};
use crate::provider::{Provider, answers, says};
use crate::purge::{Worker, until};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn two_equal_originals_are_two() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let one = keyed(&alice, &path, "a", &user("yes")).await.expect(201);
    let two = keyed(&alice, &path, "b", &user("yes")).await.expect(201);
    let plain = alice.post(&path, user("yes")).await.expect(201);
    assert!(id(&one) != id(&two) && id(&two) != id(&plain));
    assert_eq!(said(&alice, &conversation).await.len(), 3);
}

#[tokio::test]
async fn a_key_is_its_owners_and_its_routes() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let body = json!({ "title": "Mine" });
    let made = keyed(&alice, "/v1/projects", "k", &body).await.expect(201);
    let other = keyed(&bob, "/v1/projects", "k", &body).await;
    assert!(!is_replayed(&other));
    assert_ne!(id(&other.expect(201)), id(&made));
    let other = keyed(&alice, "/v1/conversations", "k", &body).await;
    assert!(!is_replayed(&other));
    other.expect(201);
    // The same route, and another conversation.
    let (one, two) = (
        alice.conversation(json!({})).await,
        alice.conversation(json!({})).await,
    );
    let path = |id: &str| format!("/v1/conversations/{id}/items");
    keyed(&alice, &path(&one), "k", &user("x"))
        .await
        .expect(201);
    let reused = keyed(&alice, &path(&two), "k", &user("x")).await;
    reused.refused("idempotency_key_reused", Some(KEY));
}

#[tokio::test]
async fn a_key_is_1_to_255_printable_characters() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "title": "Mine" });
    let long = "k".repeat(256);
    for bad in [&b""[..], long.as_bytes(), "schlüssel".as_bytes(), b"a\tb"] {
        let value = reqwest::header::HeaderValue::from_bytes(bad).unwrap();
        let request = alice
            .request(Method::POST, "/v1/projects")
            .header(KEY, value);
        let refused = alice.sent(request.json(&body)).await;
        refused.refused("invalid_value", Some(KEY));
    }
    let twice = alice.request(Method::POST, "/v1/projects");
    let twice = twice.header(KEY, "a").header(KEY, "a");
    let refused = alice.sent(twice.json(&body)).await;
    refused.refused("invalid_value", Some(KEY));
    keyed(&alice, "/v1/projects", &long[1..], &body)
        .await
        .expect(201);
    keyed(&alice, "/v1/projects", "a b", &body)
        .await
        .expect(201);
    // On requests that cannot be repeated the key is only checked.
    let request = app.anon().request(Method::POST, "/auth/guest-login");
    let guest = app.anon().sent(request.header(KEY, &long)).await;
    guest.expect(201);
    // Without a token, that comes first.
    let request = app.anon().request(Method::POST, "/v1/projects");
    let refused = app
        .anon()
        .sent(request.header(KEY, &long).json(&body))
        .await;
    refused.failure("token_missing");
}

#[tokio::test]
async fn failed_requests_are_not_remembered() {
    let refused = answers("500 Internal Server Error", "", "{}");
    // A provider that fails before it has begun is asked once more.
    let provider = Provider::that(says(&["Yes."])).then([refused.clone(), refused]);
    let (app, alice, conversation) = conversing(&provider).await;
    let body = json!({ "messages": [user("Now?")], "conversation": conversation });
    let failed = keyed(&alice, PATH, "k", &body).await;
    failed.failure("model_provider_error");
    let answer = keyed(&alice, PATH, "k", &body).await;
    assert!(!is_replayed(&answer));
    answer.expect(200);
    let invalid = keyed(&alice, "/v1/projects", "k", &json!({ "title": "" })).await;
    invalid.refused("invalid_value", Some("title"));
    let valid = keyed(&alice, "/v1/projects", "k", &json!({ "title": "T" })).await;
    valid.expect(201);
    assert_eq!(remembered(&app).await, "2");
}

#[tokio::test]
async fn an_object_deleted_since_is_not_made_again() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let mut message = user("once");
    message["call_id"] = json!("c");
    let item = keyed(&alice, &path, "k", &message).await.expect(201);
    // By its call id it was there already, and that is remembered as well.
    let existing = keyed(&alice, &path, "other", &message).await;
    assert_eq!(id(&existing.expect(200)), id(&item));
    alice.delete(&format!("{path}/{}", id(&item))).await;
    for key in ["k", "other"] {
        let gone = keyed(&alice, &path, key, &message).await;
        gone.failure("item_not_found");
    }
    alice
        .delete(&format!("/v1/conversations/{conversation}"))
        .await;
    let gone = keyed(&alice, &path, "k", &message).await;
    gone.failure("conversation_not_found");
}

#[tokio::test]
async fn a_day_later_a_key_is_free_and_then_forgotten() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "title": "Mine" });
    let first = keyed(&alice, "/v1/projects", "k", &body).await.expect(201);
    app.clock
        .advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    // Her token has expired meanwhile.
    let again = keyed(&app.alice(), "/v1/projects", "k", &body).await;
    assert!(is_replayed(&again));
    app.clock.advance(TimeDelta::seconds(1));
    let fresh = keyed(&app.alice(), "/v1/projects", "k", &body).await;
    assert!(!is_replayed(&fresh));
    assert_ne!(id(&fresh.expect(201)), id(&first));
    app.clock.advance(TimeDelta::hours(24));
    let _worker = Worker::by(&app.schema, app.clock.clone());
    until(&app.schema, "select count(*) from repeats", 20, |left| {
        left == 0
    })
    .await;
}

#[tokio::test]
async fn a_chat_that_is_kept_nowhere_is_not_remembered() {
    let provider = Provider::that(says(&["Yes."]));
    let (app, alice, _) = conversing(&provider).await;
    for stream in [false, true] {
        let body = json!({ "messages": [user("Now?")], "stream": stream });
        for _ in 0..2 {
            let answer = keyed(&alice, PATH, "k", &body).await;
            assert_eq!((answer.status, is_replayed(&answer)), (200, false));
        }
    }
    assert_eq!(provider.asked().len(), 4);
    assert_eq!(remembered(&app).await, "0");
}
