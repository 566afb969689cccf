//! Replies that are streamed, and clients that read them, or do not.

use super::{contents, path, said};
use crate::app::TestApp;
use crate::provider::{Provider, says, says_when_told};
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

/// Reads until the text has this in it.
async fn read_until(response: &mut reqwest::Response, part: &str) -> String {
    let mut text = String::new();
    while !text.contains(part) {
        let chunk = response.chunk().await.unwrap().expect("it goes on");
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    text
}

#[tokio::test]
async fn each_piece_is_told_before_the_next_is_written() {
    let provider = Provider::that(says_when_told(&["Be", "cause."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    provider.go_on(1);
    let request = alice.request(reqwest::Method::POST, &path(&conversation, &ids[0]));
    let request = request.json(&json!({ "stream": true }));
    let mut response = request.send().await.unwrap();
    let text = read_until(&mut response, "\n\n").await;
    assert_eq!(text, "event: item.delta\ndata: {\"text\":\"Be\"}\n\n");
    // Nothing is stored yet.
    assert_eq!(contents(&alice, &conversation).await, ["Why?"]);
    provider.go_on(1);
    let text = read_until(&mut response, "\n\n").await;
    assert_eq!(text, "event: item.delta\ndata: {\"text\":\"cause.\"}\n\n");
    provider.go_on(1);
    read_until(&mut response, "event: item.completed").await;
    let said = contents(&alice, &conversation).await;
    assert_eq!(said, ["Why?", "Because."]);
}

#[tokio::test]
async fn a_client_that_leaves_after_the_first_piece_loses_no_text() {
    let provider = Provider::that(says_when_told(&["Be", "cause."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    for stream in [true, false] {
        let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
        let asked = provider.asked().len();
        let body = json!({ "stream": stream }).to_string();
        let mut connection = TcpStream::connect(app.address).await.unwrap();
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: \
             application/json\r\nContent-Length: {}\r\n\r\n{body}",
            path(&conversation, &ids[0]),
            alice.token.clone().unwrap(),
            body.len(),
        );
        connection.write_all(request.as_bytes()).await.unwrap();
        provider.was_asked(asked + 1).await;
        provider.go_on(1);
        if stream {
            let mut text = Vec::new();
            while !text.ends_with(b"{\"text\":\"Be\"}\n\n\r\n") {
                assert_ne!(connection.read_buf(&mut text).await.unwrap(), 0);
            }
        }
        // The service is told at once, and has seen it when its one worker answers the next request.
        connection.set_zero_linger().unwrap();
        drop(connection);
        assert_eq!(contents(&alice, &conversation).await, ["Why?"]);
        provider.go_on(2);
        let deadline = Instant::now() + Duration::from_secs(60);
        while contents(&alice, &conversation).await != ["Why?", "Because."] {
            assert!(Instant::now() < deadline, "the reply is lost");
            sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_delays_no_others() {
    // Far more than fits the buffers of a connection.
    let piece = "All work and no play. ".repeat(1_000);
    let pieces = vec![piece.as_str(); 40];
    let provider = Provider::that(says(&pieces));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "Why?")]).await;
    let request = alice.request(reqwest::Method::POST, &path(&conversation, &ids[0]));
    let request = request.json(&json!({ "stream": true }));
    let response = request.send().await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while contents(&alice, &conversation).await.len() < 2 {
        assert!(Instant::now() < deadline, "the reply waits for its reader");
        sleep(Duration::from_millis(5)).await;
    }
    // And yet all of it can be read afterwards.
    let text = response.text().await.unwrap();
    let mut events = crate::events::events(&text);
    let (name, completed) = events.pop().unwrap();
    assert_eq!(name, "item.completed");
    let deltas = events
        .iter()
        .map(|(_, data)| data["text"].as_str().unwrap());
    let deltas: String = deltas.collect();
    assert!(deltas == piece.repeat(40));
    assert!(completed["item"]["content"] == deltas);
}
