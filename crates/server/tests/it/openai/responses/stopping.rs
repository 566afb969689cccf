//! The service is told to stop while responses are written: whole, as a stream, in the background.

use super::{PATH, ended, events};
use crate::app::id;
use crate::db::Schema;
use crate::openai::{all, conversation};
use crate::process::Process;
use crate::provider::{Provider, says_when_told};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn service(schema: &Schema, provider: &Provider, limit: &str) -> Process {
    let url = provider.url();
    let settings = [
        ("LLM_BASE_URL", url.as_str()),
        ("LLM_TITLES", "false"),
        ("SHUTDOWN_TIMEOUT_SECONDS", limit),
    ];
    let process = Process::external(schema.url(), &settings).await;
    process.ready().await;
    process
}

/// Three responses, each in a conversation of its own: whole, as a stream, in the background. Returns the answers to
/// the first two, and the conversations.
async fn three(
    process: &Process,
    provider: &Provider,
) -> (
    [tokio::task::JoinHandle<Option<String>>; 2],
    String,
    [String; 3],
) {
    let alice = process.alice();
    let asked = provider.asked().len();
    let mut ones = Vec::new();
    for _ in 0..3 {
        ones.push(conversation(&alice, json!({})).await);
    }
    let ones = <[String; 3]>::try_from(ones).unwrap();
    let body = |place: usize, field: &str| json!({ "input": "x", "conversation": ones[place], field: true });
    let waiting = [body(0, "store"), body(1, "stream")].map(|body| {
        let request = alice.request(reqwest::Method::POST, PATH).json(&body);
        tokio::spawn(async move { request.send().await.ok()?.text().await.ok() })
    });
    let third = id(&alice.post(PATH, body(2, "background")).await.expect(200));
    provider.was_asked(asked + 3).await;
    (waiting, third, ones)
}

#[tokio::test]
async fn responses_under_way_are_finished_or_fail_when_the_service_stops() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says_when_told(&["Os", "lo."]));
    let mut process = service(&schema, &provider, "25").await;
    let ([whole, stream], third, ones) = three(&process, &provider).await;
    process.signal(Signal::SIGTERM);
    process.log.line("stopping").await;
    provider.go_on(9);
    let whole: Value = serde_json::from_str(&whole.await.unwrap().unwrap()).unwrap();
    assert_eq!(whole["status"], "completed");
    let told = events(&stream.await.unwrap().unwrap());
    assert_eq!(told.last().unwrap()["response"]["status"], "completed");
    assert_eq!(process.ended().await.code(), Some(0));

    let mut process = service(&schema, &provider, "1").await;
    let alice = process.alice();
    assert_eq!(ended(&alice, &third).await["status"], "completed");
    for one in &ones {
        assert_eq!(all(&alice, one).await.len(), 2);
    }
    // The model does not end in time.
    let ([whole, stream], third, ones) = three(&process, &provider).await;
    let told = Instant::now();
    process.signal(Signal::SIGTERM);
    assert_eq!(process.ended().await.code(), Some(0));
    assert!(
        told.elapsed() < Duration::from_secs(10),
        "{:?}",
        told.elapsed()
    );
    let whole = whole.await.unwrap().unwrap_or_default();
    let stream = stream.await.unwrap().unwrap_or_default();
    assert!(
        !whole.contains("completed") && !stream.contains("[DONE]"),
        "{whole} {stream}"
    );

    let process = service(&schema, &provider, "25").await;
    // As if half a minute had passed.
    let late = "update responses set leased_until = now() - interval '1 second' where status = 1";
    schema.rows(late).await;
    let alice = process.alice();
    assert_eq!(ended(&alice, &third).await["status"], "failed");
    for one in &ones {
        assert_eq!(all(&alice, one).await, Vec::<Value>::new());
    }
}
