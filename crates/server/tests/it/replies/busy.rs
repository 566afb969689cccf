//! Replies that are complete while the database is busy with other work.

use super::{contents, path, said};
use crate::app::{Actor, TestApp};
use crate::db::Schema;
use crate::durability::cutter::Cutter;
use crate::provider::{Provider, says_when_told};
use crate::purge::until;
use crate::races::hold;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The sessions of the service, and not that of the test.
const OTHERS: &str = "select count(*) from pg_stat_activity \
                      where application_name = current_schema() and pid <> pg_backend_pid()";

/// The text of an answer, once it has come.
fn answering(alice: &Actor, path: String, body: Value) -> tokio::task::JoinHandle<String> {
    let alice = alice.clone();
    tokio::spawn(async move { alice.post(&path, body).await.text().to_owned() })
}

#[tokio::test]
async fn a_reply_is_stored_although_the_database_was_busy_for_longer_than_a_request_waits() {
    let schema = Schema::migrated().await;
    let database = schema.database(4);
    let figures = database.figures();
    let provider = Provider::that(says_when_told(&["Because."]));
    let app = TestApp::serve(schema, database, |parts| {
        parts.provider = provider.connected();
    });
    let alice = app.alice();
    let mut conversations = Vec::new();
    let mut questions = Vec::new();
    for _ in 0..3 {
        let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
        conversations.push(conversation);
        questions.push(ids[0].clone());
    }
    let chat = json!({
        "messages": [{ "role": "user", "content": "Why so?" }], "stream": true,
        "conversation": conversations[1],
    });
    let response = json!({ "input": "Why so?", "stream": true, "conversation": conversations[2] });
    let answers = [
        answering(
            &alice,
            path(&conversations[0], &questions[0]),
            json!({ "stream": true }),
        ),
        answering(&alice, "/v1/chat/completions".to_owned(), chat),
        answering(&alice, "/openai/v1/responses".to_owned(), response),
    ];
    provider.was_asked(3).await;
    let stored = "select count(*) from responses";
    while app.schema.value(stored).await != "1" {
        sleep(Duration::from_millis(20)).await;
    }
    let mut holders = Vec::new();
    for conversation in &conversations {
        holders.push(hold(&app, conversation).await);
    }
    let failed = || figures.failures.contended.read() + figures.failures.overloaded.read();
    let before = failed();
    provider.go_on(3 * 2);
    let deadline = Instant::now() + Duration::from_secs(60);
    while failed() < before + 3 {
        assert!(Instant::now() < deadline, "no work waits too long");
        sleep(Duration::from_millis(20)).await;
    }
    drop(holders);
    let ends = ["event: item.completed", "data: [DONE]", "data: [DONE]"];
    for (answer, end) in answers.into_iter().zip(ends) {
        let text = answer.await.unwrap();
        assert!(text.contains(end), "{text}");
    }
    for (conversation, said) in conversations.iter().zip([
        &["Why?", "Because."][..],
        &["Why?", "Why so?", "Because."],
        &["Why?", "Why so?", "Because."],
    ]) {
        assert_eq!(contents(&alice, conversation).await, said);
    }
}

#[tokio::test]
async fn a_reply_is_stored_although_the_database_was_away_for_some_seconds() {
    let schema = Schema::migrated().await.under_its_name().await;
    let cutter = Cutter::to(&schema).await;
    let proxied = cutter.schema(&schema);
    let database = proxied.database(2);
    let figures = database.figures();
    let provider = Provider::that(says_when_told(&["Because."]));
    let app = TestApp::serve(proxied, database, |parts| {
        parts.provider = provider.connected();
    });
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    let body = json!({ "stream": true });
    let answer = answering(&alice, path(&conversation, &ids[0]), body);
    provider.was_asked(1).await;
    cutter.cut_all();
    let end = "select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = current_schema() and pid <> pg_backend_pid()";
    schema.rows(end).await;
    until(&schema, OTHERS, 20, |sessions| sessions == 0).await;
    let before = figures.failures.unavailable.read();
    provider.go_on(2);
    let deadline = Instant::now() + Duration::from_secs(60);
    while figures.failures.unavailable.read() == before {
        assert!(Instant::now() < deadline, "the database is not missed");
        sleep(Duration::from_millis(5)).await;
    }
    // Each attempt fails at once.
    sleep(Duration::from_secs(2)).await;
    cutter.let_all_through();
    let text = answer.await.unwrap();
    assert!(text.contains("event: item.completed"), "{text}");
    assert_eq!(contents(&alice, &conversation).await, ["Why?", "Because."]);
}
