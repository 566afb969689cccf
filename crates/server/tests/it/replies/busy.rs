//! Replies that are complete while the database is busy with other work.

use super::{contents, path, said};
use crate::app::{Actor, TestApp};
use crate::db::Schema;
use crate::provider::{Provider, says_when_told};
use crate::races::hold;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

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
