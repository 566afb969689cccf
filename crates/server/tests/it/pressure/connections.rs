use super::{PATIENCE, connected_from, held};
use crate::app::TestApp;
use api::connection::{Connections, Patience, Unlimited};
use api::memory::Memory;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The status of /healthz on this connection; `None`: it was closed without any.
async fn health(stream: &mut TcpStream) -> Option<u16> {
    let _ = stream.write_all(HEALTH).await;
    let mut answer = Vec::new();
    while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
        let reading = stream.read_buf(&mut answer);
        match timeout(PATIENCE, reading).await.expect("it is answered") {
            Ok(1..) => {}
            Ok(0) | Err(_) => break,
        }
    }
    let head = String::from_utf8(answer).unwrap();
    head.split(' ').nth(1)?.parse().ok()
}

#[tokio::test]
async fn an_address_with_too_many_connections_gets_no_more_and_others_do() {
    let connections = Connections::new(100, 3, Unlimited::default());
    let app = TestApp::spawn_with(|parts| parts.terms.connections = connections).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = connected_from(&app, "127.0.0.2").await;
        assert_eq!(health(&mut stream).await, Some(200));
        held.push(stream);
    }
    let mut refused = connected_from(&app, "127.0.0.2").await;
    assert_ne!(health(&mut refused).await, Some(200));
    let mut other = connected_from(&app, "127.0.0.3").await;
    assert_eq!(health(&mut other).await, Some(200));

    // Whoever closes one may have another.
    held.pop();
    let deadline = Instant::now() + PATIENCE;
    while health(&mut connected_from(&app, "127.0.0.2").await).await != Some(200) {
        assert!(Instant::now() < deadline, "its place does not come back");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn who_is_refused_is_told_why() {
    let connections = Connections::new(100, 1, Unlimited::default());
    let app = TestApp::spawn_with(|parts| parts.terms.connections = connections).await;
    let mut first = connected_from(&app, "127.0.0.2").await;
    assert_eq!(health(&mut first).await, Some(200));
    let mut refused = connected_from(&app, "127.0.0.2").await;
    let mut answer = Vec::new();
    let reading = refused.read_to_end(&mut answer);
    timeout(PATIENCE, reading).await.unwrap().unwrap();
    let answer = crate::answer::Answer::parse(&answer);
    assert_eq!((answer.status, answer.header("retry-after")), (429, "5"));
    assert_eq!(answer.json()["error"]["code"], "too_many_connections");
}

#[tokio::test]
async fn a_connection_that_asks_nothing_more_is_closed() {
    let app = TestApp::spawn_with(|parts| {
        parts.terms.patience = Patience {
            request: Duration::from_millis(300),
            ..Patience::USUAL
        };
    });
    let app = app.await;
    let begun = format!("GET /healthz HTTP/1.1\r\nX-Long: {}", "x".repeat(100_000));
    for next in ["", "G", &begun] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        assert_eq!(health(&mut stream).await, Some(200));
        let _ = stream.write_all(next.as_bytes()).await;
        let mut rest = Vec::new();
        let reading = stream.read_to_end(&mut rest);
        // It is closed or reset, with all that was read of the next request.
        let _ = timeout(PATIENCE, reading).await.expect("it is closed");
    }
}

#[tokio::test]
async fn a_connection_is_kept_as_long_as_its_request_takes() {
    use crate::provider::{Provider, says_when_told};
    let provider = Provider::that(says_when_told(&["Yes."]));
    let memory = Memory::new(64 << 20);
    let app = TestApp::spawn_with(|parts| {
        parts.provider = provider.connected();
        parts.memory = memory.clone();
        parts.terms.patience = Patience {
            request: Duration::from_millis(100),
            answer: Duration::from_millis(100),
        };
    });
    let app = app.await;
    let body = br#"{"messages":[{"role":"user","content":"Hello"}],"stream":true}"#;
    let mut asked = app.asked_by_alice(b"POST /v1/chat/completions", body).await;
    provider.was_asked(1).await;
    sleep(Duration::from_millis(500)).await;
    provider.go_on(100);
    let mut answer = Vec::new();
    asked.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.contains("[DONE]"), "{answer}");
    held(&memory, |held| held == 0).await;
}
