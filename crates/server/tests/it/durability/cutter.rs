//! A way to PostgreSQL that lets a statement's rows through, and even that it is complete, and cuts
//! the connection instead of saying that the server is ready: so it looks where the server dies while
//! it commits.

use crate::db::{RUNTIME, Schema};
use crate::proxy::{at_once, socket_of};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream, unix};
use tokio::sync::watch;

/// Types of messages from the server (PostgreSQL's protocol, 55.7).
const COMMAND_COMPLETE: u8 = b'C';
const READY_FOR_QUERY: u8 = b'Z';
const ERROR_RESPONSE: u8 = b'E';

/// What PgBouncer says before it closes a connection whose server it has lost.
const LOST: &[u8] = b"SFATAL\0VFATAL\0C08P01\0Mserver conn crashed?\0\0";

#[derive(Clone)]
pub(crate) struct Cutter {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    /// How many more statements may end before a connection is cut; negative: all.
    left: AtomicI64,
    cuts: AtomicU64,
    connections: AtomicU64,
    /// Whether the message is held back and not cut.
    holds: watch::Sender<bool>,
    /// Whether no connection is good for anything.
    cuts_all: AtomicBool,
    /// Whether an error becomes the loss of the server, as a pooler tells it.
    loses_servers: AtomicBool,
}

impl Cutter {
    pub(crate) async fn to(schema: &Schema) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let cutter = Self {
            address: listener.local_addr().unwrap(),
            state: Arc::new(State {
                left: AtomicI64::new(-1),
                cuts: AtomicU64::new(0),
                connections: AtomicU64::new(0),
                holds: watch::Sender::new(false),
                cuts_all: AtomicBool::new(false),
                loses_servers: AtomicBool::new(false),
            }),
        };
        let (socket, state) = (socket_of(schema), Arc::clone(&cutter.state));
        let listener = listener.into_std().unwrap();
        RUNTIME.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((client, _)) = listener.accept().await {
                state.connections.fetch_add(1, Ordering::SeqCst);
                if state.cuts_all.load(Ordering::SeqCst) {
                    continue;
                }
                tokio::spawn(carry(client, socket.clone(), Arc::clone(&state)));
            }
        });
        cutter
    }

    /// The same schema, through here.
    pub(crate) fn schema(&self, schema: &Schema) -> Schema {
        let (_, rest) = schema.url().split_once('@').unwrap();
        let (_, rest) = rest.split_once('/').unwrap();
        let address = self.address;
        Schema::at(format!(
            "postgres://postgres@{address}/{rest}&sslmode=disable"
        ))
    }

    pub(crate) fn let_all_through(&self) {
        self.state.left.store(-1, Ordering::SeqCst);
        self.state.cuts_all.store(false, Ordering::SeqCst);
        self.state.holds.send_replace(false);
    }

    /// Holds the end of the statement after so many others back, until all are let through.
    pub(crate) fn hold_after(&self, statements: i64) {
        self.state.holds.send_replace(true);
        self.state.left.store(statements, Ordering::SeqCst);
    }

    /// How many connections have come.
    pub(crate) fn connections(&self) -> u64 {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Cuts the connection at the end of the statement after so many others.
    pub(crate) fn cut_after(&self, statements: i64) {
        self.state.left.store(statements, Ordering::SeqCst);
    }

    /// Cuts every connection at the end of a statement, and lets no new one through.
    pub(crate) fn cut_all(&self) {
        self.state.cuts_all.store(true, Ordering::SeqCst);
    }

    /// Where a statement fails, its server is lost instead, as a pooler tells it.
    pub(crate) fn lose_servers_at_errors(&self) {
        self.state.loses_servers.store(true, Ordering::SeqCst);
    }

    /// How many connections were cut.
    pub(crate) fn cuts(&self) -> u64 {
        self.state.cuts.load(Ordering::SeqCst)
    }
}

async fn carry(client: TcpStream, socket: PathBuf, state: Arc<State>) {
    at_once(&client);
    let Ok(server) = UnixStream::connect(socket).await else {
        return;
    };
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    tokio::select! {
        _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
        _ = answers(from_server, to_client, &state) => {}
    }
}

/// Passes the server's messages on, one by one, up to the one to cut at.
async fn answers(
    mut server: unix::OwnedReadHalf,
    mut client: tokio::net::tcp::OwnedWriteHalf,
    state: &State,
) -> io::Result<()> {
    let mut is_complete = false;
    loop {
        let kind = server.read_u8().await?;
        let length = server.read_u32().await?;
        let mut message = vec![kind];
        message.extend_from_slice(&length.to_be_bytes());
        message.resize(length as usize + 1, 0);
        server.read_exact(&mut message[5..]).await?;
        if kind == ERROR_RESPONSE && state.loses_servers.load(Ordering::SeqCst) {
            client.write_u8(ERROR_RESPONSE).await?;
            client.write_u32(LOST.len() as u32 + 4).await?;
            return client.write_all(LOST).await;
        }
        is_complete |= kind == COMMAND_COMPLETE;
        if kind == READY_FOR_QUERY && std::mem::take(&mut is_complete) {
            let left = |left: i64| (left >= 0).then(|| left - 1);
            let left = state
                .left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, left);
            let mut holds = state.holds.subscribe();
            if left == Ok(0) && *holds.borrow_and_update() {
                let _ = holds.wait_for(|holds| !holds).await;
            } else if left == Ok(0) || state.cuts_all.load(Ordering::SeqCst) {
                state.cuts.fetch_add(1, Ordering::SeqCst);
                return Ok(());
            }
        }
        client.write_all(&message).await?;
    }
}
