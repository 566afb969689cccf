//! A client that takes its time.

use crate::app::Actor;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, MissedTickBehavior, interval};

/// One request whose answer is read as slowly as wanted, with little room in the kernel for what
/// has not been read.
pub(crate) struct SlowReader {
    stream: TcpStream,
    /// The bytes so far: the head, and chunks.
    pub(crate) read: Vec<u8>,
}

impl SlowReader {
    pub(crate) async fn get(url: &str, actor: &Actor, path: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 * 1024).unwrap();
        Self::ask(socket, url, actor, path).await
    }

    /// A reader that may be as quick as the service: no HTTP client without an optimizer is.
    pub(crate) async fn eager(url: &str, actor: &Actor, path: &str) -> Self {
        Self::ask(TcpSocket::new_v4().unwrap(), url, actor, path).await
    }

    async fn ask(socket: TcpSocket, url: &str, actor: &Actor, path: &str) -> Self {
        Self::send(socket, url, actor, &format!("GET {path}"), "").await
    }

    async fn send(socket: TcpSocket, url: &str, actor: &Actor, line: &str, body: &str) -> Self {
        let address = url.strip_prefix("http://").unwrap().parse().unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        let token = actor.token.as_deref().unwrap();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let read = Vec::new();
        Self { stream, read }
    }

    /// A reader that asks for a stream.
    pub(crate) async fn post(url: &str, actor: &Actor, path: &str, body: &Value) -> Self {
        let (socket, line) = (TcpSocket::new_v4().unwrap(), format!("POST {path}"));
        Self::send(socket, url, actor, &line, &body.to_string()).await
    }

    /// Reads until this has come, and leaves as one whose machine is gone: the service is told at
    /// once. It notices a closed connection only after two writes that fail.
    pub(crate) async fn leaves_after(mut self, text: &str) {
        self.reads(text).await;
        self.stream.set_zero_linger().unwrap();
    }

    /// Reads until this has come.
    pub(crate) async fn reads(&mut self, text: &str) {
        while !String::from_utf8_lossy(&self.read).contains(text) {
            self.some(1).await;
        }
    }

    /// Reads at least this many bytes more.
    pub(crate) async fn some(&mut self, bytes: usize) {
        let enough = self.read.len() + bytes;
        while self.read.len() < enough {
            let mut piece = vec![0; bytes.min(1024)];
            let count = self.stream.read(&mut piece).await.unwrap();
            assert!(
                count > 0,
                "it ended: {}",
                String::from_utf8_lossy(&self.read)
            );
            self.read.extend_from_slice(&piece[..count]);
        }
    }

    /// Reads a kilobyte a second until `end`; a connection that ends before fails the test.
    pub(crate) async fn at_a_kilobyte_a_second(&mut self, end: Instant) {
        let mut seconds = interval(Duration::from_millis(250));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while Instant::now() < end {
            seconds.tick().await;
            self.some(256).await;
        }
    }

    /// Reads to the end of the connection, however it ends, and returns how much came of it.
    pub(crate) async fn drained(mut self) -> usize {
        let mut piece = vec![0; 256 * 1024];
        while let Ok(count @ 1..) = self.stream.read(&mut piece).await {
            self.read.extend_from_slice(&piece[..count]);
        }
        self.read.len()
    }

    /// Reads to the end of the connection, however it ends, and returns the text of the answer's
    /// body and whether it was whole.
    pub(crate) async fn into_answer(mut self) -> (Vec<u8>, bool) {
        let mut piece = vec![0; 256 * 1024];
        // A connection that is reset has ended, too.
        while let Ok(count @ 1..) = self.stream.read(&mut piece).await {
            self.read.extend_from_slice(&piece[..count]);
        }
        let head = self.read.windows(4).position(|four| four == b"\r\n\r\n");
        let head_end = head.expect("no head") + 4;
        let head = std::str::from_utf8(&self.read[..head_end])
            .unwrap()
            .to_lowercase();
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert!(head.contains("transfer-encoding: chunked"), "{head}");
        unchunked(&self.read[head_end..])
    }
}

/// The text of a body in chunks, and whether it came with the chunk that ends it (RFC 9112, 7.1).
fn unchunked(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut text = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else {
            return (text, false);
        };
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return (text, true);
        }
        let chunk = &rest[end + 2..];
        if chunk.len() < size + 2 {
            text.extend_from_slice(&chunk[..chunk.len().min(size)]);
            return (text, false);
        }
        text.extend_from_slice(&chunk[..size]);
        rest = &chunk[size + 2..];
    }
}
