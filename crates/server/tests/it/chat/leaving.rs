//! Clients that leave while a model writes an answer that is not stored. There is one place for an answer, so
//! the answer to a second one shows that the first has ended.

use super::{PATH, user};
use crate::answer::Answer;
use crate::app::TestApp;
use crate::provider::{Play, Provider, STREAM, event, says, says_when_told};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

async fn with_one_place(provider: &Provider) -> TestApp {
    TestApp::spawn_with(|parts| {
        parts.provider = provider.connected_with(|settings| {
            settings.concurrency = 1;
            // Longer than anybody here waits.
            settings.silence = Duration::from_secs(600);
        });
    })
    .await
}

const ASK: &[u8] = b"POST /v1/chat/completions";

/// A client that has asked, and waits.
async fn asked(app: &TestApp, streamed: bool) -> TcpStream {
    let body = json!({ "messages": [user("Count")], "stream": streamed }).to_string();
    app.asked_by_alice(ASK, body.as_bytes()).await
}

#[tokio::test]
async fn hanging_up_while_the_reply_is_written_ends_it() {
    let provider = Provider::that(says_when_told(&["One", "Two"]));
    let app = with_one_place(&provider).await;
    let mut leaving = asked(&app, true).await;
    provider.was_asked(1).await;
    provider.go_on(1);
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("One") {
        leaving.read_buf(&mut seen).await.unwrap();
    }
    drop(leaving);
    let next = json!({ "messages": [user("Hello")], "stream": true });
    let alice = app.alice();
    let (answer, ()) = tokio::join!(alice.post(PATH, next), async {
        provider.was_asked(2).await;
        provider.go_on(100);
    });
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn hanging_up_before_the_first_word_ends_it_too() {
    let begun = format!("{STREAM}: one moment\n\n");
    let half = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"choices\":";
    for (streamed, said) in [(true, ""), (false, ""), (true, &begun), (false, half)] {
        let hangs = Play::Hangs(said.as_bytes().to_vec());
        let provider = Provider::that(says(&["Yes."])).then([hangs]);
        let app = with_one_place(&provider).await;
        let leaving = asked(&app, streamed).await;
        provider.was_asked(1).await;
        drop(leaving);
        let next = json!({ "messages": [user("Hello")] });
        app.alice().post(PATH, next).await.expect(200);
        assert_eq!(provider.asked().len(), 2);
    }
}

#[tokio::test]
async fn hanging_up_in_a_silence_ends_it_too() {
    let begun = format!("{STREAM}{}", event("One"));
    let hangs = Play::Hangs(begun.into_bytes());
    let provider = Provider::that(says(&["Yes."])).then([hangs]);
    let app = with_one_place(&provider).await;
    let mut leaving = asked(&app, true).await;
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("One") {
        leaving.read_buf(&mut seen).await.unwrap();
    }
    drop(leaving);
    let next = json!({ "messages": [user("Hello")] });
    app.alice().post(PATH, next).await.expect(200);
}

/// A request of a client that closes its half, and still waits for the answer.
async fn ended(app: &TestApp, line: &[u8], body: Value) -> Answer {
    let request = app.by_alice(line, body.to_string().as_bytes());
    Answer::parse(&app.raw_to_the_end(&request).await)
}

#[tokio::test]
async fn a_client_that_closes_its_half_is_told_why_no_answer_comes() {
    let provider = Provider::that(says(&["Yes."])).then([Play::Hangs(Vec::new())]);
    let app = with_one_place(&provider).await;
    let answer = ended(&app, ASK, json!({ "messages": [user("Hello")] })).await;
    answer.refused("invalid_request", None);
}

#[tokio::test]
async fn a_client_that_closes_its_half_is_answered_if_the_chat_is_stored() {
    let provider = Provider::that(says(&["Yes."]));
    let app = with_one_place(&provider).await;
    let conversation = app.alice().conversation(json!({})).await;
    let body = json!({ "messages": [user("Hello")], "conversation": conversation });
    ended(&app, ASK, body).await.expect(200);
    let append = format!("POST /v1/conversations/{conversation}/items");
    let body = json!({ "role": "user", "content": "And?" });
    ended(&app, append.as_bytes(), body).await.expect(201);
}
