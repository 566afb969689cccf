//! Clients that send their next requests before they are answered: others get turns in between.

use super::PATIENCE;
use crate::app::TestApp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const REQUEST: &[u8] = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The unread bytes of a connection: the answers so far.
fn answers(stream: &TcpStream, read: &mut Vec<u8>) -> usize {
    while let Ok(1..) = stream.try_read_buf(read) {}
    let mut found = 0;
    let mut rest = read.as_slice();
    while let Some(place) = rest.windows(12).position(|part| part == b"HTTP/1.1 200") {
        found += 1;
        rest = rest.get(place + 12..).unwrap_or_default();
    }
    found
}

#[tokio::test]
async fn many_requests_on_each_of_many_connections_leave_others_their_turns() {
    const CONNECTIONS: usize = 30;
    const REQUESTS: usize = 1_000;
    let app = TestApp::spawn().await;
    let mut other = TcpStream::connect(app.address).await.unwrap();
    let mut greedy = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(&REQUEST.repeat(REQUESTS)).await.unwrap();
        greedy.push((stream, Vec::new()));
    }
    let answered = |greedy: &mut Vec<(TcpStream, Vec<u8>)>| -> usize {
        let counts = greedy
            .iter_mut()
            .map(|(stream, read)| answers(stream, read));
        counts.sum()
    };
    let before = answered(&mut greedy);
    other.write_all(REQUEST).await.unwrap();
    let mut answer = [0; 12];
    let reading = other.read_exact(&mut answer);
    timeout(PATIENCE, reading).await.unwrap().unwrap();
    let after = answered(&mut greedy);
    assert_eq!(&answer, b"HTTP/1.1 200");
    assert!(
        after < CONNECTIONS * REQUESTS,
        "all answers were there before"
    );
    println!("{before} before, {after} after");
    // A turn of each is 30, and some pass while this thread counts; without turns it is thousands.
    let between = after - before;
    assert!(between < 1_500, "{between} were answered before another's");
}

#[tokio::test]
async fn they_are_answered_all_and_in_their_order() {
    let app = TestApp::spawn().await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let requests: String = (0..500)
        .map(|number| {
            format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: {number}\r\n\r\n")
        })
        .collect();
    stream.write_all(requests.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    let reading = stream.read_to_string(&mut answer);
    timeout(PATIENCE, reading).await.unwrap().unwrap();
    let ids = answer
        .lines()
        .filter_map(|line| line.strip_prefix("x-request-id: "));
    let ids: Vec<usize> = ids.map(|id| id.parse().unwrap()).collect();
    assert_eq!(ids, (0..500).collect::<Vec<_>>());
}
