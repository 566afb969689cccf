//! How long a client may take.

use actix_web::rt::net::TcpStream;
use std::time::Duration;

/// The timeouts of a client.
#[derive(Clone, Copy, Debug)]
pub struct ClientTimeouts {
    /// The time for all headers of a request to arrive, after the connection or after their first
    /// byte.
    pub request: Duration,
    /// The time for the next request to begin, after the last answer. It is longer than gateways
    /// keep a connection that they do not use (Kong and nginx: 60 s): a request that is sent while
    /// its connection is being closed is lost, and may not be sent again.
    pub idle: Duration,
    /// The time for taking the next part of a waiting answer: 32 KiB, or a sixteenth of the memory
    /// that the answer holds.
    pub answer: Duration,
}

impl ClientTimeouts {
    pub const USUAL: Self = Self {
        request: Duration::from_secs(15),
        idle: Duration::from_secs(75),
        answer: Duration::from_secs(60),
    };
}

/// Lets the system end the connection when the client has taken no byte of the sent data for this
/// time. An answer may have no part to write meanwhile, because the next one waits for memory, so
/// only the system knows that its client does not read.
pub(super) fn give_up_after(stream: &TcpStream, patience: Duration) {
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(patience));
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, patience);
}
