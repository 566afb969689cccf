//! The end of the service while turns of conversations are written.

use super::{PATH, line, reply, said, user};
use crate::app::Actor;
use crate::db::Schema;
use crate::process::Process;
use crate::provider::{Provider, event, says_when_told};
use crate::slow_reader::SlowReader;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use nix::sys::signal::Signal;
use serde_json::json;

async fn service(schema: &Schema, provider: &Provider) -> Process {
    let url = provider.url();
    let settings = [("LLM_BASE_URL", url.as_str()), ("LLM_MAX_CONCURRENCY", "1")];
    let process = Process::external(schema.url(), &settings).await;
    process.ready().await;
    process
}

/// A conversation with a title of its own, so that no model is asked for one.
async fn conversation(actor: &Actor) -> String {
    let before = json!({ "title": "Mine", "items": [user("Before")] });
    actor.conversation(before).await
}

fn turn(conversation: &str) -> serde_json::Value {
    json!({ "messages": [user("Count")], "stream": true, "conversation": conversation })
}

/// Begins a turn, and leaves when its first word is there.
async fn begin_and_leave(process: &Process, conversation: &str, provider: &Provider) {
    let (alice, turn) = (process.alice(), turn(conversation));
    let client = SlowReader::post(&process.url, &alice, PATH, &turn).await;
    provider.was_asked(1).await;
    provider.go_on(1);
    client.leaves_after(&event("One")).await;
}

#[tokio::test]
async fn a_service_that_is_killed_leaves_no_part_of_the_turn() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says_when_told(&["One", "Two"]));
    let mut process = service(&schema, &provider).await;
    let alice = process.alice();
    let conversation = conversation(&alice).await;
    let before = schema.contents_but_jobs().await;
    begin_and_leave(&process, &conversation, &provider).await;
    process.kill().await;
    assert_eq!(schema.contents_but_jobs().await, before);
    let process = service(&schema, &provider).await;
    let said = said(&process.alice(), &conversation).await;
    assert_eq!(said, [line("user", "Before")]);
}

#[tokio::test]
async fn a_service_that_is_told_to_stop_finishes_a_turn_without_a_client() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says_when_told(&["One", "Two"]));
    let mut process = service(&schema, &provider).await;
    let alice = process.alice();
    let conversation = conversation(&alice).await;
    begin_and_leave(&process, &conversation, &provider).await;
    process.signal(Signal::SIGTERM);
    // By then all requests have ended.
    process
        .log
        .line("work without a client is finished first")
        .await;
    provider.go_on(2);
    assert_eq!(process.ended().await.code(), Some(0));
    let process = service(&schema, &provider).await;
    let said = said(&process.alice(), &conversation).await;
    let turn = [line("user", "Count"), reply("OneTwo")];
    assert_eq!(said[1..], turn);
}

#[tokio::test]
async fn a_service_that_is_told_to_stop_answers_the_waiting_turns() {
    let schema = Schema::migrated().await;
    let provider = Provider::that(says_when_told(&["One", "Two"]));
    let mut process = service(&schema, &provider).await;
    let alice = process.alice();
    let mut conversations = Vec::new();
    for _ in 0..6 {
        conversations.push(conversation(&alice).await);
    }
    let each = conversations.iter();
    let mut turns: FuturesUnordered<_> = each
        .map(|conversation| alice.post(PATH, turn(conversation)))
        .collect();
    // One is being written and four wait, when the sixth is refused.
    let refused = turns.next().await.unwrap();
    refused.refused("model_provider_busy", None);
    process.signal(Signal::SIGTERM);
    process.log.line("stopping").await;
    provider.go_on(100);
    while let Some(answer) = turns.next().await {
        assert_eq!(answer.status, 200);
        assert!(answer.text().ends_with("[DONE]\n\n"), "{}", answer.text());
    }
    assert_eq!(process.ended().await.code(), Some(0));
    let replies = "select count(*) from items where role = 3";
    assert_eq!(schema.value(replies).await, "5");
}
