//! The end of the service while replies are written.

use super::{contents, path, said};
use crate::app::Actor;
use crate::db::Schema;
use crate::process::Process;
use crate::provider::{Provider, says_when_told};
use nix::sys::signal::Signal;
use serde_json::json;

async fn service(schema: &Schema, provider: &Provider) -> Process {
    let url = provider.url();
    let process = Process::external(&schema.url, &[("LLM_BASE_URL", &url)]).await;
    process.ready().await;
    process
}

/// Begins a reply, and leaves when its first piece is there.
async fn begin_and_leave(actor: &Actor, path: &str, provider: &Provider) {
    let request = actor.request(reqwest::Method::POST, path);
    let sent = request.json(&json!({ "stream": true })).send();
    let (response, ()) = tokio::join!(sent, async {
        provider.was_asked(1).await;
        provider.go_on(1);
    });
    let first = response.unwrap().chunk().await.unwrap().unwrap();
    let expected: &[u8] = b"event: item.delta\ndata: {\"text\":\"Be\"}\n\n";
    assert_eq!(first, expected);
}

#[tokio::test]
async fn a_service_that_is_killed_leaves_the_earlier_version_and_no_half_reply() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says_when_told(&["Be", "cause."]));
    let mut process = service(&schema, &provider).await;
    let alice = process.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("assistant", "Hm.")]).await;
    let before = schema.contents().await;
    begin_and_leave(&alice, &path(&conversation, &ids[1]), &provider).await;
    process.kill().await;
    assert_eq!(schema.contents().await, before);
    let process = service(&schema, &provider).await;
    let said = contents(&process.alice(), &conversation).await;
    assert_eq!(said, ["Why?", "Hm."]);
}

#[tokio::test]
async fn a_service_that_is_told_to_stop_finishes_what_nobody_waits_for() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says_when_told(&["Be", "cause."]));
    let mut process = service(&schema, &provider).await;
    let alice = process.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("assistant", "Hm.")]).await;
    begin_and_leave(&alice, &path(&conversation, &ids[1]), &provider).await;
    process.signal(Signal::SIGTERM);
    // By then all requests have ended.
    process.log.line("nobody waits for is finished first").await;
    provider.go_on(2);
    assert_eq!(process.ended().await.code(), Some(0));
    let process = service(&schema, &provider).await;
    let said = contents(&process.alice(), &conversation).await;
    assert_eq!(said, ["Why?", "Because."]);
}

#[tokio::test]
async fn a_service_that_is_told_to_stop_does_not_wait_for_ever() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says_when_told(&["Be", "cause."]));
    let mut process = service(&schema, &provider).await;
    let alice = process.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?"), ("assistant", "Hm.")]).await;
    let before = schema.contents().await;
    begin_and_leave(&alice, &path(&conversation, &ids[1]), &provider).await;
    process.signal(Signal::SIGTERM);
    // The model never comes to an end.
    assert_eq!(process.ended().await.code(), Some(0));
    process.log.line("everything is left as it was").await;
    assert_eq!(schema.contents().await, before);
}
