//! A way to the tests' PostgreSQL that can be closed, and opened again.

use crate::db::{RUNTIME, Schema};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixStream};
use tokio::sync::watch;

/// The treatment of connections that come this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Open,
    /// There is no listener, and open connections are cut off: the server has ended.
    Gone,
    /// Connections are accepted, but not answered: the network has failed.
    Silent,
}

pub(crate) struct Proxy {
    address: SocketAddr,
    way: watch::Sender<Way>,
    /// The present treatment.
    state: watch::Receiver<Way>,
    url: String,
    /// Keeps the port while there is no listener, since another test could get it for a connection
    /// or a service of its own. A bound socket that does not listen refuses connections.
    _port: TcpSocket,
}

impl Proxy {
    /// A way to `schema`, through a port of its own.
    pub(crate) async fn to(schema: &Schema, way: Way) -> Self {
        let (_, rest) = schema.url().split_once('@').unwrap();
        let (_, rest) = rest.split_once('/').unwrap();
        let socket = socket_of(schema);
        let port = bound("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = port.local_addr().unwrap();
        let (sender, receiver) = watch::channel(way);
        let (arrived, state) = watch::channel(Way::Gone);
        RUNTIME.spawn(run(address, socket, receiver, arrived));
        let url = format!("postgres://postgres@{address}/{rest}");
        let proxy = Self {
            address,
            way: sender,
            state,
            url,
            _port: port,
        };
        proxy.set(way).await;
        proxy
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns when the way is as asked for.
    pub(crate) async fn set(&self, way: Way) {
        self.way.send_replace(way);
        let mut state = self.state.clone();
        state.wait_for(|state| *state == way).await.unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(self.address).await.is_ok() != (way != Way::Gone) {
            assert!(Instant::now() < deadline, "the way is not {way:?}");
        }
    }
}

/// Sockets may share an address that say so, as long as only one of them listens.
fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// A process that another test is just starting has a copy of every socket until it runs its own
/// program: until then, a listener that was closed here listens still.
async fn listen(address: SocketAddr) -> TcpListener {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match bound(address).and_then(|socket| socket.listen(1_024)) {
            Ok(listener) => return listener,
            Err(error) => assert!(Instant::now() < deadline, "{address}: {error}"),
        }
        tokio::task::yield_now().await;
    }
}

async fn run(
    address: SocketAddr,
    socket: PathBuf,
    mut way: watch::Receiver<Way>,
    arrived: watch::Sender<Way>,
) {
    loop {
        let now = *way.borrow_and_update();
        let listener = match now {
            Way::Gone => None,
            Way::Open | Way::Silent => Some(listen(address).await),
        };
        arrived.send_replace(now);
        loop {
            let accepted = async {
                match &listener {
                    Some(listener) => listener.accept().await.unwrap().0,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                changed = way.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
                client = accepted => {
                    tokio::spawn(carry(client, socket.clone(), way.clone()));
                }
            }
        }
    }
}

/// Carries bytes both ways while the way is open.
async fn carry(mut client: TcpStream, socket: PathBuf, mut way: watch::Receiver<Way>) {
    at_once(&client);
    if *way.borrow_and_update() == Way::Open {
        let Ok(mut server) = UnixStream::connect(socket).await else {
            return;
        };
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => return,
            _ = way.wait_for(|way| *way != Way::Open) => {}
        }
    }
    // A silent connection stays silent, also when others are let through again.
    let _ = way.wait_for(|way| *way == Way::Gone).await;
}

/// Sends written bytes at once. The kernel would otherwise hold a small message back until the one
/// before it is confirmed, which takes up to 40 ms: more than the statements of most requests.
pub(crate) fn at_once(stream: &TcpStream) {
    stream.set_nodelay(true).unwrap();
}

/// Where the server of this schema listens.
pub(crate) fn socket_of(schema: &Schema) -> PathBuf {
    let (_, rest) = schema.url().split_once('@').unwrap();
    let (host, _) = rest.split_once('/').unwrap();
    let (host, port) = host.split_once(':').unwrap_or((host, "5432"));
    PathBuf::from(percent_decoded(host)).join(format!(".s.PGSQL.{port}"))
}

fn percent_decoded(text: &str) -> String {
    let mut decoded = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                let digits = std::str::from_utf8(&digits).unwrap();
                decoded.push(u8::from_str_radix(digits, 16).unwrap());
            }
            other => decoded.push(other),
        }
    }
    String::from_utf8(decoded).unwrap()
}
