use super::awaited::AwaitedRequest;
use super::patience::{ClientTimeouts, give_up_after};
use super::permits::ConnectionPermit;
use super::pieces::piece;
use super::refusal::{ConnectionRefusal, TOO_LATE, TOO_MANY, TOO_MUCH, refusal};
use super::stalls::Stalls;
use super::{Connection, ConnectionLimits, READ_AHEAD};
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The stream of a connection. It closes when the client neither sends nor reads for too long,
/// since the framework would wait for ever; closing it also drops the answer and its memory.
pub struct ClientStream {
    stream: TcpStream,
    connection: Connection,
    patience: ClientTimeouts,
    awaited: AwaitedRequest,
    stalls: Stalls,
    permit: ConnectionPermit,
    /// Whether the framework knows that all bytes so far were read, so that it has looked at them.
    was_looked_at: bool,
    has_answered: bool,
    /// Bytes that were read and hold more requests than are handed on in one read.
    kept: Bytes,
}

impl ClientStream {
    /// Accepts a new connection; `None`: its client has as many as it may have, and the connection
    /// is closed at once.
    #[must_use]
    pub fn accept(
        stream: TcpStream,
        connections: &ConnectionLimits,
        patience: ClientTimeouts,
    ) -> Option<(Self, Option<SocketAddr>)> {
        let peer = stream.peer_addr().ok();
        let Ok(permit) = connections.admit(peer.map(|peer| peer.ip())) else {
            // The runtime does not know yet that the socket is writable, so this writes directly.
            if let Ok(mut stream) = stream.into_std() {
                let _ = stream.write(&refusal(&TOO_MANY));
            }
            return None;
        };
        // Otherwise the kernel may hold a word of a reply back until the one before is confirmed,
        // for up to 40 ms. If this fails, words come later.
        let _ = stream.set_nodelay(true);
        give_up_after(&stream, patience.answer);
        let accepted = Self {
            stream,
            connection: Connection::new(),
            patience,
            awaited: AwaitedRequest::default(),
            stalls: Stalls::default(),
            permit,
            was_looked_at: false,
            has_answered: false,
            kept: Bytes::new(),
        };
        Some((accepted, peer))
    }

    /// The state that the connection shares with its requests.
    #[must_use]
    pub fn connection(&self) -> Connection {
        self.connection.clone()
    }

    /// When the next request must begin, or be whole; `None` while a request is running or an answer is being
    /// written.
    fn next_request_due(&self) -> Option<Instant> {
        let idle_since = self.idle_since()?;
        Some(match self.has_answered && !self.connection.owes_body() {
            true => self
                .awaited
                .due(idle_since, self.connection.has_begun_next(), self.patience),
            false => idle_since + self.patience.request,
        })
    }

    /// Since when no request is running, and the client has all of the last answer.
    fn idle_since(&self) -> Option<Instant> {
        let ended_at = self.connection.idle_since()?;
        let taken_at = self.stalls.taken_at()?;
        Some(ended_at.max(taken_at))
    }

    /// A poll begins. Stalls of earlier answers are forgotten.
    fn begins_poll(&mut self) {
        self.connection.begins_poll();
        if self.stalls.taken_at().is_some() && self.connection.idle_since().is_some() {
            self.stalls.reset();
        }
    }

    /// Hands on as much as is allowed now.
    fn poll_bytes(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let allowance = self.connection.allowance(context);
        if allowance == 0 {
            // Behind bytes that are kept, the end is not to be seen yet.
            return match self.kept.is_empty() {
                true => self.poll_end(context),
                false => Poll::Pending,
            };
        }
        let before = buffer.filled().len();
        if self.kept.is_empty() {
            ready!(self.poll_socket(context, buffer, allowance))?;
            let read = buffer.filled().get(before..).unwrap_or_default();
            self.permit.traffic().received.add(read.len() as u64);
            let handed = piece(read);
            self.kept = Bytes::copy_from_slice(read.get(handed..).unwrap_or_default());
            buffer.set_filled(before + handed);
        } else {
            let most = allowance.min(buffer.remaining()).min(self.kept.len());
            let handed = piece(self.kept.get(..most).unwrap_or_default());
            buffer.put_slice(&self.kept.split_to(handed));
        }
        match buffer.filled().len() - before {
            0 if buffer.remaining() > 0 => self.connection.has_ended(),
            bytes => {
                self.awaited.has_come_on(self.idle_since());
                self.connection.has_read(bytes);
            }
        }
        if !self.kept.is_empty() {
            self.connection.has_enough();
        }
        Poll::Ready(Ok(()))
    }

    /// Reads at most `most` bytes.
    fn poll_socket(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        most: usize,
    ) -> Poll<io::Result<()>> {
        if most >= buffer.remaining() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let mut part = [0; READ_AHEAD];
        let length = most.min(READ_AHEAD);
        let mut part = ReadBuf::new(part.get_mut(..length).unwrap_or_default());
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut part))?;
        buffer.put_slice(part.filled());
        Poll::Ready(Ok(()))
    }

    /// Checks whether the client has closed its half, while the framework may not read.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut next = [0; 1];
        let bytes = ready!(self.stream.poll_peek(context, &mut ReadBuf::new(&mut next)))?;
        match bytes {
            0 => {
                self.connection.has_ended();
                Poll::Ready(Ok(()))
            }
            _ => Poll::Pending,
        }
    }

    /// Tells why the connection is closed. A client that had an answer before is not told, since it
    /// might take this for the answer to its next request.
    fn tell(&self, why: &ConnectionRefusal) {
        if !self.has_answered {
            let _ = self.stream.try_write(&refusal(why));
        }
    }

    /// Closes the connection, and drops the data that the system keeps for a client that does not
    /// read.
    fn give_up(&self) -> io::Error {
        let _ = self.stream.set_zero_linger();
        io::ErrorKind::TimedOut.into()
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.begins_poll();
        if std::mem::take(&mut this.was_looked_at) && this.connection.pay(&this.permit).is_err() {
            this.tell(&TOO_MUCH);
            return Poll::Ready(Err(io::ErrorKind::OutOfMemory.into()));
        }
        let read = this.poll_bytes(context, buffer);
        if matches!(read, Poll::Ready(Err(_))) {
            this.connection.has_ended();
        } else if read.is_pending() {
            let due = this.next_request_due();
            if this.awaited.is_late(due, context) {
                this.tell(&TOO_LATE);
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            this.connection.wakes_at(this.awaited.wakes_at());
            this.connection.waits(context.waker());
            this.was_looked_at = true;
            if this.connection.is_unpaid() {
                // In the next poll either the request has begun, or the head is incomplete.
                context.waker().wake_by_ref();
            }
        }
        read
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
                this.has_answered = true;
                let bytes = written.as_ref().map_or(0, |bytes| *bytes);
                this.permit.traffic().sent.add(bytes as u64);
                this.stalls.has_taken(bytes, this.connection.least());
                Poll::Ready(written)
            }
            Poll::Pending => match this.stalls.is_too_long(this.patience.answer, context) {
                true => Poll::Ready(Err(this.give_up())),
                false => Poll::Pending,
            },
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Unlimited;
    use crate::connection::heads::OF_A_BODY;
    use std::future::poll_fn;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Wake, Waker};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpSocket;
    use tokio::task::yield_now;

    /// A client and the stream of its connection, with small system buffers between them.
    async fn connected(patience: ClientTimeouts) -> (TcpStream, ClientStream) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(8 * 1024).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let client = TcpSocket::new_v4().unwrap();
        client.set_recv_buffer_size(4 * 1024).unwrap();
        let address = listener.local_addr().unwrap();
        let client = client.connect(address).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let connections = ConnectionLimits::new(1, 1, Unlimited::default());
        let (stream, _) = ClientStream::accept(stream, &connections, patience).unwrap();
        (client, stream)
    }

    #[tokio::test]
    async fn small_pieces_are_sent_at_once() {
        let (_client, stream) = connected(ClientTimeouts::USUAL).await;
        assert!(stream.stream.nodelay().unwrap());
    }

    /// Writes so many bytes to a client that takes `piece` bytes after each pause.
    async fn written(bytes: usize, piece: usize, pause: Duration) -> io::Result<()> {
        let patience = ClientTimeouts {
            answer: Duration::from_secs(2),
            ..ClientTimeouts::USUAL
        };
        let (mut client, mut stream) = connected(patience).await;
        let _request = stream.connection().begin(Some(0));
        let reading = async {
            let mut taken = vec![0; piece];
            while let Ok(1..) = client.read(&mut taken).await {
                tokio::time::sleep(pause).await;
            }
        };
        let bytes = vec![0; bytes];
        tokio::select! {
            written = stream.write_all(&bytes) => written,
            () = reading => unreachable!("the stream is open"),
        }
    }

    #[tokio::test]
    async fn a_client_that_reads_a_little_now_and_then_is_given_up() {
        let slow = written(1 << 20, 128, Duration::from_millis(20)).await;
        assert_eq!(slow.unwrap_err().kind(), io::ErrorKind::TimedOut);
        let fast = written(1 << 20, 64 * 1024, Duration::from_millis(1)).await;
        fast.unwrap();
    }

    /// Reads once, with the largest buffer that the framework uses.
    async fn read(stream: &mut ClientStream) -> Option<usize> {
        let mut bytes = vec![0; 128 * 1024];
        poll_fn(|context| {
            let mut buffer = ReadBuf::new(&mut bytes);
            Poll::Ready(
                match Pin::new(&mut *stream).poll_read(context, &mut buffer) {
                    Poll::Ready(Ok(())) => Some(buffer.filled().len()),
                    Poll::Ready(Err(_)) | Poll::Pending => None,
                },
            )
        })
        .await
    }

    #[tokio::test]
    async fn little_is_read_before_a_request_asks_for_it() {
        let (mut client, mut stream) = connected(ClientTimeouts::USUAL).await;
        let sending = tokio::spawn(async move {
            let _ = client.write_all(&[0; 512 * 1024]).await;
            client
        });
        let connection = stream.connection();
        let mut total = 0;
        while total < READ_AHEAD {
            total += read(&mut stream).await.unwrap_or(0);
            yield_now().await;
        }
        // Requests begin and end one after the other, like requests that arrived together.
        for _ in 0..100 {
            let under_way = connection.begin(Some(0));
            assert_eq!(read(&mut stream).await, None);
            drop(under_way);
        }
        let _under_way = connection.begin(Some(1 << 20));
        connection.wants_more();
        let mut of_a_body = 0;
        while of_a_body < OF_A_BODY {
            of_a_body += read(&mut stream).await.unwrap_or(0);
            yield_now().await;
        }
        assert_eq!(read(&mut stream).await, None);
        assert_eq!((total, of_a_body), (READ_AHEAD, OF_A_BODY));
        sending.abort();
    }

    /// Counts how often a task is woken.
    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn a_request_that_waits_for_its_body_is_not_woken_for_nothing() {
        let (mut client, mut stream) = connected(ClientTimeouts::USUAL).await;
        let connection = stream.connection();
        let _under_way = connection.begin(Some(1_000));
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let mut bytes = [0; 64];
        let mut buffer = ReadBuf::new(&mut bytes);
        for _ in 0..100 {
            let read = Pin::new(&mut stream).poll_read(&mut context, &mut buffer);
            assert!(read.is_pending());
            connection.wants_more();
        }
        assert_eq!(woken.0.load(Ordering::Relaxed), 0);
        client.write_all(b"{").await.unwrap();
        while woken.0.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn few_of_many_requests_that_came_together_are_handed_on_at_once() {
        const HEAD: &[u8] = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n";
        const REQUESTS: usize = 150;
        let (mut client, mut stream) = connected(ClientTimeouts::USUAL).await;
        client.write_all(&HEAD.repeat(REQUESTS)).await.unwrap();
        client.shutdown().await.unwrap();
        let connection = stream.connection();
        let mut handed = 0;
        loop {
            let Some(bytes) = read(&mut stream).await else {
                yield_now().await;
                continue;
            };
            assert!((1..=4 * HEAD.len()).contains(&bytes), "{bytes} at once");
            handed += bytes;
            if handed == REQUESTS * HEAD.len() {
                break;
            }
            // Until one of them is answered there are no more, and the end is not seen.
            let under_way = connection.begin(Some(0));
            assert_eq!(read(&mut stream).await, None);
            assert_eq!(read(&mut stream).await, None);
            assert!(!connection.is_ended());
            drop(under_way);
        }
        while !connection.is_ended() {
            read(&mut stream).await;
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_request_that_came_while_the_service_was_held_up_is_read() {
        let patience = ClientTimeouts {
            request: Duration::from_millis(20),
            ..ClientTimeouts::USUAL
        };
        let (mut client, mut stream) = connected(patience).await;
        client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        std::thread::sleep(patience.request * 2);
        let mut bytes = [0; 64];
        let bytes = stream.read(&mut bytes).await.unwrap();
        assert_eq!(bytes, b"GET / HTTP/1.1\r\n".len());
        // The framework looks at it now. It was not all of the head, and no more comes.
        let late = stream.read(&mut [0; 64]).await;
        assert_eq!(late.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(stream);
        let mut told = String::new();
        client.read_to_string(&mut told).await.unwrap();
        assert!(told.starts_with("HTTP/1.1 408 "), "{told}");
    }

    #[tokio::test]
    async fn a_head_that_began_while_a_request_ran_is_not_waited_for_as_long_as_an_idle_client() {
        let patience = ClientTimeouts {
            request: Duration::from_millis(20),
            ..ClientTimeouts::USUAL
        };
        let (mut client, mut stream) = connected(patience).await;
        let connection = stream.connection();
        let under_way = connection.begin(Some(0));
        client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        let read = stream.read(&mut [0; 64]).await.unwrap();
        assert_eq!(read, b"GET / HTTP/1.1\r\n".len());
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        drop(under_way);
        let late = stream.read(&mut [0; 64]).await;
        assert_eq!(late.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_reset_is_an_end() {
        let (mut client, mut stream) = connected(ClientTimeouts::USUAL).await;
        client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        client.set_zero_linger().unwrap();
        drop(client);
        let end = loop {
            match stream.read(&mut [0; 64]).await {
                Ok(1..) => {}
                end => break end,
            }
        };
        assert!(stream.connection().is_ended(), "{end:?}");
    }

    #[tokio::test]
    async fn hardly_more_is_read_than_a_body_has() {
        let (mut client, mut stream) = connected(ClientTimeouts::USUAL).await;
        let sending = tokio::spawn(async move {
            let _ = client.write_all(&[0; 512 * 1024]).await;
            client
        });
        let connection = stream.connection();
        let _under_way = connection.begin(Some(20));
        connection.wants_more();
        let mut total = 0;
        while total < 20 + READ_AHEAD {
            total += read(&mut stream).await.unwrap_or(0);
            yield_now().await;
        }
        assert_eq!(read(&mut stream).await, None);
        assert_eq!(total, 20 + READ_AHEAD);
        sending.abort();
    }

    #[tokio::test]
    async fn a_disconnect_is_noticed_though_the_framework_does_not_read() {
        let (mut client, mut stream) = connected(ClientTimeouts::USUAL).await;
        client.write_all(&[0; READ_AHEAD]).await.unwrap();
        let connection = stream.connection();
        let mut total = 0;
        while total < READ_AHEAD {
            total += read(&mut stream).await.unwrap_or(0);
            yield_now().await;
        }
        let _under_way = connection.begin(Some(0));
        drop(client);
        while read(&mut stream).await.is_none() {
            yield_now().await;
        }
        connection.ended().await;
    }
}
