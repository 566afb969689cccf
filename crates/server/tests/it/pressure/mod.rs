//! Callers that take more than their share: of memory, of connections, of the workers. The others are not
//! affected.

mod answers;
mod bodies;
mod connections;
mod making;
mod pipelines;
mod responses;
mod room_of_connections;
mod workers;

use crate::answer::Answer;
use crate::app::{Actor, TestApp};
use api::memory::Memory;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep, timeout};

/// How long anything may take that is expected to happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection from an address of this machine.
async fn connected_from(app: &TestApp, address: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    let address: IpAddr = address.parse().unwrap();
    socket.bind(SocketAddr::new(address, 0)).unwrap();
    socket.connect(app.address).await.unwrap()
}

/// The head of a request with a body of so many bytes.
fn head(line: &str, actor: &Actor, length: usize) -> String {
    let token = actor.token.as_deref();
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
    format!(
        "{line} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{}Content-Length: \
         {length}\r\n\r\n",
        token.unwrap_or_default()
    )
}

/// A request whose body begins, and does not go on.
async fn begun(app: &TestApp, line: &str, actor: &Actor, sent: usize) -> TcpStream {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = head(line, actor, 10 * sent + 1_000);
    let body = format!("{{\"title\":\"{}", "x".repeat(sent));
    // The other side may answer and close before it has read everything.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body.as_bytes()).await;
    stream
}

/// The answer on a connection, whether or not it is closed then.
async fn answered(mut stream: TcpStream) -> Answer {
    let mut answer = Vec::new();
    let reading = async {
        while !is_whole(&answer) {
            if !matches!(stream.read_buf(&mut answer).await, Ok(1..)) {
                break;
            }
        }
    };
    timeout(PATIENCE, reading).await.expect("it is answered");
    Answer::parse(&answer)
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap();
    let length: usize = length.lines().next().unwrap().parse().unwrap();
    answer.len() >= end + 4 + length
}

/// Waits until this much memory is held.
async fn held(memory: &Memory, is_right: impl Fn(u64) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_right(memory.held()) {
        assert!(Instant::now() < deadline, "{} are held", memory.held());
        sleep(Duration::from_millis(5)).await;
    }
}
