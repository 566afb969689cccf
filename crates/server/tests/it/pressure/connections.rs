use super::{PATIENCE, connected_from, held};
use crate::app::TestApp;
use api::connection::{ClientTimeouts, ConnectionLimits, Unlimited};
use api::memory::Memory;
use futures_util::future::join_all;
use std::collections::BTreeSet;
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
    let connections = ConnectionLimits::new(100, 3, Unlimited::default());
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

    // A client that closes one may open another.
    held.pop();
    let deadline = Instant::now() + PATIENCE;
    while health(&mut connected_from(&app, "127.0.0.2").await).await != Some(200) {
        assert!(Instant::now() < deadline, "its place does not come back");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn refused_connections_are_told_why() {
    let connections = ConnectionLimits::new(100, 1, Unlimited::default());
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

/// A request with a head of so many bytes, up to its last line.
fn large_head(bytes: usize) -> Vec<u8> {
    let head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ";
    format!("{head}{}\r\n", "x".repeat(bytes - head.len() - 2)).into_bytes()
}

#[tokio::test]
async fn incomplete_heads_of_one_address_hold_a_quarter_of_their_memory() {
    const HEAD: usize = 60_000;
    const FIT: usize = 4;
    let connections = ConnectionLimits::new(1_000, 1_000, Unlimited::default());
    let connections = connections.with_memory_of_heads((4 * FIT * 128 * 1024) as u64);
    let app = TestApp::spawn_with(|parts| parts.terms.connections = connections).await;
    // Bytes that fit wait for their end, until the framework gives up; the next ones are refused.
    let mut held = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "all {} fit", held.len());
        let mut stream = connected_from(&app, "127.0.0.2").await;
        let _ = stream.write_all(&large_head(HEAD)).await;
        // The others on this thread of the service have had their turn when it is answered.
        assert_eq!(
            health(&mut connected_from(&app, "127.0.0.2").await).await,
            Some(200)
        );
        let mut answer = Vec::new();
        let reading = stream.read_to_end(&mut answer);
        if timeout(Duration::from_millis(100), reading).await.is_err() {
            held.push(stream);
            continue;
        }
        // The surplus bytes reset the connection, which may lose the answer.
        if answer.is_empty() {
            break;
        }
        let answer = crate::answer::Answer::parse(&answer);
        // A machine that is busy may have needed as long as a head may take.
        if answer.status != 408 {
            assert_eq!(answer.status, 429);
            assert_eq!(answer.json()["error"]["code"], "too_much_under_way");
            break;
        }
    }
    // Another address has its own quarter.
    let mut other = connected_from(&app, "127.0.0.3").await;
    other.write_all(&large_head(HEAD)).await.unwrap();
    other.write_all(b"\r\n").await.unwrap();
    assert_eq!(health(&mut other).await, Some(200));
}

#[tokio::test]
async fn a_connection_with_a_large_head_is_answered_and_closed() {
    let app = TestApp::spawn().await;
    for (bytes, is_closed) in [
        (2_000, false),
        (7_000, false),
        (20_000, true),
        (100_000, true),
    ] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let mut request = large_head(bytes);
        // In pieces: the framework looks at an incomplete head.
        let last = request.split_off(bytes / 2);
        stream.write_all(&request).await.unwrap();
        assert_eq!(
            health(&mut TcpStream::connect(app.address).await.unwrap()).await,
            Some(200)
        );
        stream.write_all(&last).await.unwrap();
        stream
            .write_all(b"Connection: keep-alive\r\n\r\n")
            .await
            .unwrap();
        let mut answer = Vec::new();
        while !super::is_whole(&answer) {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
        let answer = crate::answer::Answer::parse(&answer);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("connection") == "close", is_closed, "{bytes}");
        let next = health(&mut stream).await;
        assert_eq!(next, (!is_closed).then_some(200), "{bytes}");
    }
}

#[tokio::test]
async fn an_unread_body_does_not_count_as_a_head() {
    let connections = ConnectionLimits::new(1_000, 1_000, Unlimited::default());
    let connections = connections.with_memory_of_heads(4 * 4_096);
    let app = TestApp::spawn_with(|parts| parts.terms.connections = connections).await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let body = "x".repeat(20_000);
    // Without a token the body is not read, and the answer comes all the same.
    let head = format!(
        "POST /v1/projects HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = async {
        let mut answer = Vec::new();
        while !super::is_whole(&answer) {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
        crate::answer::Answer::parse(&answer)
    };
    assert_eq!(timeout(PATIENCE, answer).await.unwrap().status, 401);
    // No other answer follows: the connection ends, or takes the next request.
    let _ = stream.write_all(body.as_bytes()).await;
    let next = health(&mut stream).await;
    assert!([None, Some(200)].contains(&next), "{next:?}");
}

/// A service that waits 300 ms for the head of a request, and twice as long for its first byte.
async fn impatient() -> TestApp {
    TestApp::spawn_with(|parts| {
        parts.terms.patience = ClientTimeouts {
            request: Duration::from_millis(300),
            idle: Duration::from_millis(600),
            ..ClientTimeouts::USUAL
        };
    })
    .await
}

#[tokio::test]
async fn a_head_that_does_not_end_is_told_and_its_connection_closed() {
    let app = impatient().await;
    for begun in ["", "G", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n"] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let reading = stream.read_to_end(&mut answer);
        let read = timeout(PATIENCE, reading).await.expect("it is closed");
        read.unwrap();
        let answer = crate::answer::Answer::parse(&answer);
        assert_eq!(answer.status, 408, "{begun:?}");
        assert_eq!(answer.json()["error"]["code"], "request_timeout");
    }
}

#[tokio::test]
async fn an_idle_connection_is_good_for_longer_than_a_head_may_take() {
    let app = TestApp::spawn_with(|parts| {
        parts.terms.patience.request = Duration::from_millis(300);
    });
    let app = app.await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    for _ in 0..2 {
        assert_eq!(health(&mut stream).await, Some(200));
        tokio::time::sleep(Duration::from_millis(600)).await;
    }
    assert_eq!(health(&mut stream).await, Some(200));
}

#[tokio::test]
async fn a_connection_is_also_closed_that_is_idle_after_a_long_request() {
    use crate::provider::{Provider, says_when_told};
    let provider = Provider::that(says_when_told(&["Yes."]));
    let app = TestApp::spawn_with(|parts| {
        parts.provider = provider.connected();
        parts.terms.patience = ClientTimeouts {
            request: Duration::from_millis(100),
            idle: Duration::from_millis(100),
            ..ClientTimeouts::USUAL
        };
    });
    let app = app.await;
    let body = br#"{"messages":[{"role":"user","content":"Hello"}]}"#;
    let request = app.by_alice(b"POST /v1/chat/completions", body);
    let request = String::from_utf8(request).unwrap();
    let request = request.replace("Connection: close\r\n", "");
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    provider.was_asked(1).await;
    // The time for the request after the one before is over meanwhile.
    sleep(Duration::from_millis(300)).await;
    provider.go_on(100);
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    timeout(PATIENCE, reading)
        .await
        .expect("it is closed")
        .unwrap();
    let answer = crate::answer::Answer::parse(&answer);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("connection"), "");
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let app = impatient().await;
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
async fn a_connection_whose_body_does_not_go_on_is_closed_after_its_answer() {
    use api::BodyRate;
    let app = TestApp::spawn_with(|parts| {
        parts.body_rate = BodyRate {
            every: Duration::from_millis(300),
            bytes: 1_000,
            parts: 1_000,
        };
        parts.terms.patience = ClientTimeouts {
            request: Duration::from_millis(300),
            ..ClientTimeouts::USUAL
        };
    });
    let app = app.await;
    let token = app.alice().token.unwrap();
    let length = "Content-Length: 1000\r\n\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n\r\n";
    let mut requests = Vec::new();
    for (line, token) in [
        ("POST /auth/login", None),
        ("POST /auth/guest-login", None),
        ("POST /v1/conversations", None),
        ("POST /v1/conversations", Some(&token)),
        ("POST /v1/nothing", Some(&token)),
        ("PUT /v1/conversations", Some(&token)),
    ] {
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let token = token.unwrap_or_default();
        for kind in ["application/json", "text/plain"] {
            for (framing, body) in [
                (length, ""),
                (length, "{"),
                (chunked, ""),
                (chunked, "2"),
                (chunked, "2\r\n{"),
                (chunked, "2\r\n{}\r\n0\r\n"),
                (chunked, "2\r\n{}\r\n0\r\nX-Sum: 1"),
            ] {
                requests.push(format!(
                    "{line} HTTP/1.1\r\nHost: localhost\r\n{token}Content-Type: {kind}\r\n{framing}{body}"
                ));
            }
        }
    }
    let statuses = join_all(requests.iter().map(async |request| {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let reading = stream.read_to_end(&mut answer);
        let read = timeout(PATIENCE, reading).await;
        let read = read.unwrap_or_else(|_| panic!("{request:?} is not closed"));
        // Where it is reset, the answer may be lost.
        read.ok()
            .map(|_| crate::answer::Answer::parse(&answer).status)
    }));
    let answered: BTreeSet<u16> = statuses.await.into_iter().flatten().collect();
    for status in [401, 404, 405, 408] {
        assert!(answered.contains(&status), "{answered:?}");
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
        parts.terms.patience = ClientTimeouts {
            request: Duration::from_millis(100),
            idle: Duration::from_millis(100),
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
