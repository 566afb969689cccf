//! Detects that the client has disconnected, for work whose only result is the answer.
//!
//! docs/ARCHITECTURE.md, "Clients that disconnect", has the effect on each kind of request and the
//! code for it. Work that continues after its client has disconnected is in `detached.rs`.

use crate::connection::Connection;
use crate::error::{ApiError, code};
use actix_web::HttpRequest;
use futures_util::future::{Either, pending, select};
use std::pin::pin;

/// Notices when a client disconnects. The framework notices that only when it writes, and lets a
/// client that has closed its half of the connection wait for the answer. That is right for work
/// whose result is stored. Work whose only result is the answer would delay other callers, and its
/// result would be lost.
pub(crate) struct Presence(Option<Connection>);

impl Presence {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self(request.conn_data::<Connection>().cloned())
    }

    /// For work that continues when the client disconnects.
    pub(crate) const fn ignored() -> Self {
        Self(None)
    }

    /// Does the work while the client is connected; drops it when the client disconnects.
    pub(crate) async fn during<T>(
        &self,
        work: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        match select(pin!(work), pin!(self.end())).await {
            Either::Left((done, _)) => done,
            Either::Right(((), _)) => {
                let message = "Your client closed the connection while the answer was written. \
                               Keep it open: the answer is not stored.";
                Err(ApiError::new(code::INVALID_REQUEST, message).of_client_that_left())
            }
        }
    }

    async fn end(&self) {
        match &self.0 {
            Some(connection) => connection.ended().await,
            None => pending().await,
        }
    }
}
