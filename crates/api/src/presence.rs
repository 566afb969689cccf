//! Whether whoever has asked is still there.

use crate::error::{ApiError, code};
use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use futures_util::future::{Either, pending, select};
use std::any::Any;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::pin::pin;
use tokio::io::Interest;

/// Another handle of a connection, whose own the framework keeps to itself.
struct Line(OwnedFd);

/// Remembers a connection that was made; for `HttpServer::on_connect`. Where the system has no
/// handle left, its client is served like any other, and is not missed when it leaves.
pub fn remember(connection: &dyn Any, data: &mut Extensions) {
    let stream = connection.downcast_ref::<TcpStream>();
    if let Some(handle) = stream.and_then(|stream| stream.as_fd().try_clone_to_owned().ok()) {
        data.insert(Line(handle));
    }
}

/// Tells when a client leaves. The framework notices that when it next writes something, and lets
/// whoever says that nothing more will come wait for the answer: so does everything that is stored,
/// but nobody else's turn is worth it where the answer alone is wanted.
pub(crate) struct Presence(Option<TcpStream>);

impl Presence {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let line = request.conn_data::<Line>();
        let handle = line.and_then(|Line(handle)| handle.try_clone().ok());
        Self(handle.and_then(|handle| TcpStream::from_std(handle.into()).ok()))
    }

    /// Of somebody whose leaving changes nothing.
    pub(crate) const fn of_no_matter() -> Self {
        Self(None)
    }

    /// Does the work as long as the client is there; it is dropped when the client leaves.
    pub(crate) async fn during<T>(
        &self,
        work: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        match select(pin!(work), pin!(self.end())).await {
            Either::Left((done, _)) => done,
            Either::Right(((), _)) => {
                let message = "The connection was closed on your side while the answer was \
                               written. Keep it open: this answer is kept nowhere.";
                Err(ApiError::new(code::INVALID_REQUEST, message))
            }
        }
    }

    async fn end(&self) {
        let Some(stream) = &self.0 else {
            return pending().await;
        };
        loop {
            match stream.ready(Interest::READABLE).await {
                Ok(news) if news.is_read_closed() => return,
                // It says something more, which waits for its turn: this looks out for the end.
                Ok(_) => {
                    let _ = stream.try_io(Interest::READABLE, || -> io::Result<()> {
                        Err(io::ErrorKind::WouldBlock.into())
                    });
                }
                Err(_) => return pending().await,
            }
        }
    }
}
