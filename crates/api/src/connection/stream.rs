use super::deadline::Deadline;
use super::places::Place;
use super::{Connection, Connections};
use actix_web::rt::net::TcpStream;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the next request to arrive with all its headers, after it connected or was answered.
    pub request: Duration,
    /// Until it takes the next bytes of an answer.
    pub answer: Duration,
}

impl Patience {
    pub const USUAL: Self = Self {
        request: Duration::from_secs(15),
        answer: Duration::from_secs(60),
    };
}

/// The stream of a connection. It ends where a client neither asks nor reads, which the framework
/// would wait for without end; with it end the answer and what was kept for it.
pub struct ClientStream {
    stream: TcpStream,
    connection: Connection,
    patience: Patience,
    request_due: Deadline,
    /// When the client was last seen to take something.
    taken_at: Instant,
    /// Since when it has taken nothing of what there is for it.
    stalled_since: Option<Instant>,
    reading_due: Deadline,
    _place: Place,
}

impl ClientStream {
    /// A connection that was just made; `None`: its client has as many as it may, and this one is
    /// closed at once.
    #[must_use]
    pub fn accept(
        stream: TcpStream,
        connections: &Connections,
        patience: Patience,
    ) -> Option<(Self, Option<SocketAddr>)> {
        let peer = stream.peer_addr().ok();
        let Ok(place) = connections.admit(peer.map(|peer| peer.ip())) else {
            refuse(stream);
            return None;
        };
        let accepted = Self {
            stream,
            connection: Connection::new(),
            patience,
            request_due: Deadline::default(),
            taken_at: Instant::now(),
            stalled_since: None,
            reading_due: Deadline::default(),
            _place: place,
        };
        Some((accepted, peer))
    }

    /// What its requests know it by.
    #[must_use]
    pub fn connection(&self) -> Connection {
        self.connection.clone()
    }

    /// When the next request must be there, where none is under way and the last answer is written.
    fn next_request_due(&self) -> Option<Instant> {
        let idle_since = self.connection.idle_since()?;
        let is_answered = self.stalled_since.is_none();
        is_answered.then(|| idle_since.max(self.taken_at) + self.patience.request)
    }

    /// Gives the connection up, and with it what the system keeps for a client who does not read.
    fn give_up(&self) -> io::Error {
        let _ = self.stream.set_zero_linger();
        io::ErrorKind::TimedOut.into()
    }
}

/// Says why, as far as that can be said to somebody who is not listened to. Nothing waits for it.
fn refuse(stream: TcpStream) {
    const BODY: &str = r#"{"error":{"message":"There are too many connections from your address. Close some, and try again.","type":"rate_limit_error","code":"too_many_connections","param":null,"request_id":null}}"#;
    let answer = format!(
        "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 5\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    // The runtime does not know yet that there is room for it.
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write(answer.as_bytes());
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(due) = this.next_request_due()
            && this.request_due.has_come(due, context)
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if !this.connection.may_read(context) {
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        match buffer.filled().len() - before {
            0 if buffer.remaining() > 0 => this.connection.has_ended(),
            bytes => this.connection.has_read(bytes),
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write(context, bytes) {
            Poll::Ready(written) => {
                this.stalled_since = None;
                this.taken_at = Instant::now();
                Poll::Ready(written)
            }
            Poll::Pending => {
                let since = *this.stalled_since.get_or_insert_with(Instant::now);
                let due = since + this.patience.answer;
                match this.reading_due.has_come(due, context) {
                    true => Poll::Ready(Err(this.give_up())),
                    false => Poll::Pending,
                }
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
