//! What holds for all of the face: errors, statuses, models, chats, repeats, pages of other origins.

use super::refused;
use crate::app::TestApp;
use crate::chat::user;
use crate::provider::{Provider, says};
use infra::llm::NoProvider;
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;

const CHAT: &str = "/openai/v1/chat/completions";

#[tokio::test]
async fn failures_have_openais_shape_with_the_requests_id() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let answer = alice.get("/openai/v1/nothing").await;
    refused(&answer, 404, "route_not_found", None);
    let answer = alice.delete(CHAT).await;
    refused(&answer, 405, "method_not_allowed", None);
    assert_eq!(answer.header("allow"), "POST");
    let answer = alice.post_text(CHAT, "{").await;
    refused(&answer, 400, "invalid_json", None);
    assert_eq!(answer.json()["error"]["type"], "invalid_request_error");
    let answer = alice.post(CHAT, json!({})).await;
    refused(&answer, 400, "missing_required_parameter", Some("messages"));
    let answer = alice.get("/openai/v1/models").await;
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_failure_of_the_server_is_called_so() {
    let app = TestApp::spawn_with(|parts| parts.provider = Arc::new(NoProvider)).await;
    let answer = app
        .alice()
        .post(CHAT, json!({ "messages": [user("x")] }))
        .await;
    refused(&answer, 503, "model_provider_not_configured", None);
    assert_eq!(answer.json()["error"]["type"], "server_error");
    assert_eq!(answer.header("x-should-retry"), "false");
}

#[tokio::test]
async fn models_are_those_of_v1() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let list = alice.get("/openai/v1/models").await.expect(200);
    assert_eq!(list, alice.get("/v1/models").await.expect(200));
    let model = list["data"][0]["id"].as_str().unwrap();
    let found = alice.get(&format!("/openai/v1/models/{model}")).await;
    assert_eq!(found.expect(200), list["data"][0]);
    let unknown = alice.get("/openai/v1/models/unknown").await;
    refused(&unknown, 404, "model_not_found", Some("model"));
}

#[tokio::test]
async fn a_chat_is_stored_once_however_often_an_sdk_sends_it() {
    let provider = Provider::that(says(&["Oslo."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let one = alice.conversation(json!({})).await;
    let body = json!({ "conversation": one, "messages": [user("Capital of Norway?")] });
    let send = || {
        let request = alice.request(Method::POST, CHAT);
        alice.sent(request.header("Idempotency-Key", "once").json(&body))
    };
    let first = send().await.expect(200);
    let again = send().await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let again = again.expect(200);
    assert_eq!(
        first["choices"][0]["message"]["content"],
        again["choices"][0]["message"]["content"]
    );
    assert_eq!(again["conversation"]["id"], one);
    assert_eq!(provider.asked().len(), 1);
    let items = alice
        .get(&format!("/v1/conversations/{one}/items"))
        .await
        .expect(200);
    assert_eq!(items["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_change_takes_no_condition() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let request = alice
        .request(Method::POST, CHAT)
        .header("If-Match", "\"1\"");
    let body = json!({ "messages": [user("x")] });
    let answer = alice.sent(request.json(&body)).await;
    refused(&answer, 400, "invalid_request", Some("If-Match"));
}

#[tokio::test]
async fn pages_of_allowed_origins_may_call() {
    let app = TestApp::spawn().await;
    let preflight = app
        .anon()
        .request(Method::OPTIONS, CHAT)
        .header("origin", "https://chat.example")
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,x-stainless-retry-count",
        );
    let answer = app.anon().sent(preflight).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_ne!(answer.header("access-control-allow-origin"), "");
}
