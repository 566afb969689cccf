use crate::app::TestApp;
use crate::provider::{Play, Provider, answers, models, refuses};
use chrono::TimeDelta;
use infra::llm::NoProvider;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn the_models_are_those_of_the_provider() {
    let provider = Provider::that(models());
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let list = app.alice().get("/v1/models").await.expect(200);
    let model = |id: &str| json!({ "id": id, "object": "model", "created": 1_700_000_000, "owned_by": "tests" });
    let all = json!({ "object": "list", "data": [model("test-model"), model("other-model")] });
    assert_eq!(list, all);
    let asked = provider.asked_once();
    assert!(
        asked.head.starts_with("GET /v1/models HTTP/1.1"),
        "{}",
        asked.head
    );
    // The caller's token is not sent to the provider.
    assert_eq!(asked.header("authorization"), Some("Bearer sk-test"));
}

#[tokio::test]
async fn the_provider_is_not_asked_for_each_caller() {
    let provider = Provider::that(models());
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    for _ in 0..5 {
        app.alice().get("/v1/models").await.expect(200);
        app.bob().get("/v1/models").await.expect(200);
    }
    app.clock.advance(TimeDelta::milliseconds(29_999));
    app.alice().get("/v1/models").await.expect(200);
    provider.asked_once();
    app.clock.advance(TimeDelta::milliseconds(1));
    app.alice().get("/v1/models").await.expect(200);
    assert_eq!(provider.asked().len(), 2);
}

#[tokio::test]
async fn a_failure_is_told_and_soon_forgotten() {
    let bad = answers("200 OK", "Content-Type: application/json\r\n", "[]");
    let provider =
        Provider::that(models()).then([refuses("429 Too Many Requests", "slow down"), bad]);
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    for (asked, code) in [
        (1, "model_provider_rate_limited"),
        (2, "model_provider_error"),
    ] {
        alice.get("/v1/models").await.refused(code, None);
        app.clock.advance(TimeDelta::milliseconds(2_999));
        alice.get("/v1/models").await.refused(code, None);
        assert_eq!(provider.asked().len(), asked);
        app.clock.advance(TimeDelta::milliseconds(1));
    }
    alice.get("/v1/models").await.expect(200);
}

#[tokio::test]
async fn all_waiting_requests_get_the_failure_of_one_request() {
    let provider = Provider::that(Play::Hangs(Vec::new()));
    let app = TestApp::spawn_with(|parts| {
        parts.provider = provider.connected_with(|it| it.silence = Duration::from_millis(500));
    })
    .await;
    let alice = app.alice();
    let waiting = (0..5).map(|_| alice.get("/v1/models"));
    for answer in futures_util::future::join_all(waiting).await {
        answer.refused("model_provider_timeout", None);
    }
    provider.asked_once();
}

#[tokio::test]
async fn without_a_provider_there_are_no_models() {
    let app = TestApp::spawn_with(|parts| parts.provider = Arc::new(NoProvider)).await;
    let answer = app.alice().get("/v1/models").await;
    answer.refused("model_provider_not_configured", None);
    assert!(answer.text().contains("LLM_BASE_URL"), "{}", answer.text());
    // A retry at once has no effect.
    assert_eq!(answer.header("x-should-retry"), "false");
}
